/** Files on their way, one entry for each file and person. */

/** @enum {string} */
export const Step = {
  /** The other side was asked and has not answered. */
  WAITING: 'waiting',
  /** The person at this page has to answer. */
  ASKED: 'asked',
  RUNNING: 'running',
  DONE: 'done',
  REFUSED: 'refused',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
};

export const noTransfers = {
  transfers: [],
  /** Peer ids; none means everybody. */
  fileReceivers: [],
};

export const fileReceiversChosen = (fileReceivers) => () => ({ fileReceivers });

const newTransfer = {
  key: '',
  id: '',
  peerId: '',
  peerName: '',
  isIncoming: false,
  name: '',
  size: 0,
  step: Step.WAITING,
  percentage: 0,
  /** Bytes a second, and the seconds that are left at that speed; null while nobody can tell. */
  speed: null,
  secondsLeft: null,
  /** Where the file that came can be fetched. */
  url: null,
  problem: '',
};

/** Adds a transfer, the newest first, or changes the one with the same key. */
export const transferChanged =
  (key, changes) =>
  ({ transfers }) => {
    const isKnown = transfers.some((one) => one.key === key);
    return {
      transfers: isKnown
        ? transfers.map((one) => (one.key === key ? { ...one, ...changes } : one))
        : [{ ...newTransfer, key, ...changes }, ...transfers],
    };
  };

export const finishedTransfersRemoved =
  () =>
  ({ transfers }) => ({ transfers: transfers.filter(isOpen) });

export const isOpen = ({ step }) =>
  step === Step.WAITING || step === Step.ASKED || step === Step.RUNNING;

export const waitingForAnswer = ({ transfers }) =>
  transfers.filter(({ step }) => step === Step.ASKED);
