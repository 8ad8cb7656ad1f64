import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { Phase, noticed, personById, spoken } from '../state/call-state.js';
import { failed } from '../state/problems.js';
import { watchSpeed } from '../state/transfer-speed.js';
import { Step, finishedTransfersRemoved, isOpen, transferChanged } from '../state/transfers.js';

const { DATA_TRANSFER_STATE: State } = SkylinkConstants;

// Time to read the question, and to come back after a tunnel.
const TIMEOUT_S = 180;

const stepOf = {
  [State.USER_UPLOAD_REQUEST]: Step.WAITING,
  [State.UPLOAD_REQUEST]: Step.ASKED,
  [State.UPLOAD_STARTED]: Step.RUNNING,
  [State.UPLOADING]: Step.RUNNING,
  [State.UPLOAD_COMPLETED]: Step.DONE,
  [State.DOWNLOAD_STARTED]: Step.RUNNING,
  [State.DOWNLOADING]: Step.RUNNING,
  [State.DOWNLOAD_COMPLETED]: Step.DONE,
  [State.REJECTED]: Step.REFUSED,
  [State.USER_REJECTED]: Step.REFUSED,
  [State.CANCEL]: Step.CANCELLED,
  [State.ERROR]: Step.FAILED,
};

/** Files from browser to browser: the receiver is asked first, and both sides see how it goes. */
export function createFiles({ store, sdk }) {
  const speeds = new Map();
  const urls = new Set();

  const listeners = {
    [SkylinkEvents.DATA_TRANSFER_STATE](detail) {
      const { state, transferId, peerId, transferInfo, error } = detail;
      const step = stepOf[state];
      if (!step) return;
      if (!transferId || !transferInfo) {
        store.change(failed(`The file was not sent: ${textOf(error?.message)}`));
        return;
      }
      const key = `${peerId} ${transferId}`;
      store.change(transferChanged(key, { ...factsOf(detail), step, ...progressOf(key, detail) }));
      tell(step, key);
    },
  };

  function factsOf({ peerId, transferId, transferInfo, error }) {
    const { name, originalSize, size, direction } = transferInfo;
    const person = personById(store.state, peerId);
    return {
      id: transferId,
      peerId,
      ...(person ? { peerName: person.name } : {}),
      name: name || 'file',
      size: originalSize ?? size,
      isIncoming: direction === 'download',
      problem: error ? textOf(error.message) : '',
    };
  }

  function progressOf(key, { state, transferInfo }) {
    const { percentage, originalSize, size, direction, data } = transferInfo;
    const total = originalSize ?? size;
    const isRunning = stepOf[state] === Step.RUNNING;
    if (isRunning && !speeds.has(key)) speeds.set(key, watchSpeed(total));
    if (!isRunning) speeds.delete(key);
    const pace = isRunning ? speeds.get(key)((percentage / 100) * total) : {};
    const isReceived = state === State.DOWNLOAD_COMPLETED && direction === 'download' && data;
    return { percentage, ...pace, ...(isReceived ? { url: urlOf(data) } : {}) };
  }

  function urlOf(blob) {
    const url = URL.createObjectURL(blob);
    urls.add(url);
    return url;
  }

  function tell(step, key) {
    const { name, peerName, isIncoming } = store.state.transfers.find((one) => one.key === key);
    if (step === Step.ASKED) store.change(spoken(`${peerName} wants to send you ${name}.`));
    if (step === Step.DONE) {
      store.change(noticed(isIncoming ? `${name} is here.` : `${peerName} has ${name}.`));
    }
    if (step === Step.REFUSED && !isIncoming) {
      store.change(noticed(`${peerName} does not want ${name}.`));
    }
  }

  /** To chosen people, or to everybody when the list is empty. */
  async function send(files, peerIds) {
    const { phase, roomName } = store.state;
    if (phase !== Phase.JOINED) {
      store.change(failed('There is no connection: the file was not sent.'));
      return;
    }
    const target = peerIds.length > 0 ? peerIds : null;
    const sending = [...files].map((file) => sdk().sendBlobData(roomName, file, target, TIMEOUT_S));
    for (const outcome of await Promise.allSettled(sending)) {
      // How each person's transfer ended came as an event.
      if (outcome.status === 'rejected') {
        store.change(failed(`The file was not sent: ${textOf(outcome.reason)}`));
      }
    }
  }

  async function answer({ peerId, id }, isWanted) {
    try {
      await sdk().respondBlobRequest(store.state.roomName, peerId, id, isWanted);
    } catch (outcome) {
      console.info('A file did not arrive', outcome);
    }
  }

  async function cancel({ peerId, id }) {
    try {
      await sdk().cancelBlobTransfer(store.state.roomName, peerId, id);
    } catch (error) {
      store.change(failed(`The file was not stopped: ${textOf(error)}`));
    }
  }

  /** Forgets what is over, and lets go of the files that came. */
  function tidy() {
    for (const { url } of store.state.transfers.filter((one) => !isOpen(one))) {
      if (urls.delete(url)) URL.revokeObjectURL(url);
    }
    store.change(finishedTransfersRemoved());
  }

  /** After the call nothing can be fetched any more. */
  function forget() {
    for (const url of urls) URL.revokeObjectURL(url);
    urls.clear();
    speeds.clear();
  }

  /** What was under way when the connection was lost does not go on. */
  function interrupt() {
    for (const { key } of store.state.transfers.filter(isOpen)) {
      store.change(
        transferChanged(key, { step: Step.FAILED, problem: 'The connection was lost.' }),
      );
    }
  }

  return {
    listeners,
    send,
    accept: (transfer) => answer(transfer, true),
    refuse: (transfer) => answer(transfer, false),
    cancel,
    interrupt,
    tidy,
    forget,
  };
}

// The texts of the SDK have the form "what was given up - why".
const textOf = (error) => `${error?.message ?? error ?? 'unknown reason'}`.split(' - ').at(-1);
