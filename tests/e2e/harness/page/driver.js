// The page under test: carries out what the test asks for and reports every event in its order.

import * as sdk from 'client-under-test';
import { reviveFile } from './files.js';
import { summarise } from './summary.js';

const { default: Skylink, SkylinkConstants, SkylinkEventManager } = sdk;

let skylink = null;
let reported = 0;
let plays = true;
const streams = new Map();
const remoteStreams = [];
const playing = [];

function report(name, detail) {
  window.reportEvent({ index: reported, name, detail: summarise(detail) });
  reported += 1;
}

function remember(stream) {
  if (stream instanceof MediaStream) streams.set(stream.id, stream);
}

/** Plays without showing: painting twenty videos would only keep the machine busy. */
function play(stream) {
  const element = document.createElement(stream.getVideoTracks().length ? 'video' : 'audio');
  element.autoplay = true;
  element.playsInline = true;
  element.srcObject = stream;
  playing.push(element);
}

function listen(name) {
  SkylinkEventManager.addEventListener(name, ({ detail }) => {
    remember(detail?.stream);
    const arrived = name === 'onIncomingStream' || name === 'onIncomingScreenStream';
    if (arrived && !detail.isSelf) {
      remoteStreams.push({ peerId: detail.peerId, stream: detail.stream });
      if (plays) play(detail.stream);
    }
    report(name, detail);
  });
}

// The last one is not of the original.
for (const name of [...Object.values(SkylinkConstants.EVENTS), 'videoLayerChanged']) listen(name);

// Not an event of the original.
SkylinkEventManager.addEventListener('fatal', ({ detail }) => {
  window.driver.rejoin = detail.rejoin;
  report('fatal', { error: detail.error });
});

/** Puts live streams where the test wrote `{ stream: id }`, and what `files.js` makes. */
function revive(argument) {
  if (Array.isArray(argument)) return argument.map(revive);
  return argument?.stream ? streams.get(argument.stream) : reviveFile(argument);
}

/** What has been received over one track: packets and samples, or frames. */
async function received(track) {
  for (const connection of window.probes.connections) {
    const receiver = connection.getReceivers().find((candidate) => candidate.track === track);
    if (!receiver) continue;
    for (const entry of (await receiver.getStats()).values()) {
      if (entry.type === 'inbound-rtp') {
        return {
          packets: entry.packetsReceived ?? 0,
          energy: entry.totalAudioEnergy ?? 0,
          frames: entry.framesDecoded ?? 0,
          width: entry.frameWidth,
          height: entry.frameHeight,
        };
      }
    }
  }
  return null;
}

/** For tests that ask the module itself. */
window.sdk = sdk;
window.summarise = summarise;

window.driver = {
  create(options, playsStreams) {
    plays = playsStreams;
    skylink = new Skylink(options);
    window.skylink = skylink;
  },

  /** Calls a method; the outcome is both reported as an event and returned. */
  async call(method, ...argumentList) {
    try {
      const value = await skylink[method](...argumentList.map(revive));
      if (Array.isArray(value)) value.forEach(remember);
      remember(value);
      report(`#${method} resolved`, { value });
      return { value: summarise(value) };
    } catch (error) {
      report(`#${method} rejected`, { error });
      return { error: summarise(error) };
    }
  },

  /** What has come from one peer so far, the most that any track of a kind has brought. */
  async receivedFrom(peerId) {
    const total = { audio: null, video: null };
    for (const remote of remoteStreams.filter((entry) => entry.peerId === peerId)) {
      for (const track of remote.stream.getTracks()) {
        const now = await received(track);
        if (now && now.packets >= (total[track.kind]?.packets ?? 0)) total[track.kind] = now;
      }
    }
    return total;
  },

  /** Frames of one remote stream that were decoded so far. */
  async framesOf(streamId) {
    let frames = 0;
    for (const { stream } of remoteStreams.filter((entry) => entry.stream.id === streamId)) {
      for (const track of stream.getVideoTracks()) frames += (await received(track))?.frames ?? 0;
    }
    return frames;
  },

  localTracks() {
    return window.probes.localTracks.map(({ kind, readyState }) => ({ kind, readyState }));
  },

  connectionStates() {
    return window.probes.connections.map((connection) => connection.connectionState);
  },

  /** How the packets of each connection travel: `udp` or `tcp`. */
  async protocolsInUse() {
    const used = window.probes.connections.filter((it) => it.connectionState === 'connected');
    return Promise.all(
      used.map(async (connection) => {
        const statistics = await connection.getStats();
        const all = [...statistics.values()];
        const transport = all.find((entry) => entry.type === 'transport');
        // Firefox has no statistics of transports.
        const pair = transport
          ? statistics.get(transport.selectedCandidatePairId)
          : all.find((entry) => entry.type === 'candidate-pair' && entry.selected);
        return statistics.get(pair.remoteCandidateId).protocol;
      }),
    );
  },

  /** Captures outside the client, as an application that brings its own streams does. */
  async capture(constraints) {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    remember(stream);
    return summarise(stream);
  },
};
