/** The class that apps use. It checks what the constructor must check at once; the rest is done by the WebAssembly part. */
import { AdaptiveVideo } from './adaptive-video.js';
import { SkylinkConstants, EVENTS } from './constants.js';
import { detectBrowser } from './browser.js';
import { copyOf, optionsOf } from './copies.js';
import { sessionNow, start, whenReady } from './engine.js';
import {
  LEFT_DURING_JOIN,
  NO_APP_KEY,
  NO_CODECS,
  NO_FETCH,
  NO_WEBRTC,
  createError,
} from './errors.js';
import { host } from './host.js';
import { logger } from './logger.js';
import { follow, roomsOf } from './memberships.js';
import { Subscriptions } from './subscriptions.js';
import { SDK_VERSION } from './version.js';

const { READY_STATE_CHANGE, READY_STATE_CHANGE_ERROR } = SkylinkConstants;
const SUPPORTED = ['chrome', 'firefox', 'safari', 'opera', 'react-native'];

function announce(readyState, error, room = null) {
  host.dispatch(EVENTS.READY_STATE_CHANGE, { readyState, error, room });
}

function refusal(number, errorCode, room) {
  const content = createError(number);
  logger.log.ERROR(['API', null, 'init', content.message]);
  announce(READY_STATE_CHANGE.ERROR, { status: -2, content, errorCode }, room);
  return content;
}

function refuse(number, errorCode) {
  throw refusal(number, errorCode);
}

/** In the order of 2.7.2 (public API, M-00). */
function check(options) {
  if (typeof fetch !== 'function') {
    refuse(NO_FETCH, READY_STATE_CHANGE_ERROR.NO_XMLHTTPREQUEST_SUPPORT);
  }
  if (!SUPPORTED.includes(detectBrowser(globalThis).browser)) {
    logger.log.WARN(['API', null, 'init', 'This browser is unknown, some things may not work']);
  }
  if (!options.appKey) {
    refuse(NO_APP_KEY, READY_STATE_CHANGE_ERROR.NO_PATH);
  }
  if (typeof globalThis.RTCPeerConnection?.prototype?.createOffer !== 'function') {
    refuse(NO_WEBRTC, READY_STATE_CHANGE_ERROR.NO_WEBRTC_SUPPORT);
  }
}

/** Asked without a connection: the probe of 2.7.2 leaves one open for each join. */
function hasCodecs() {
  const { RTCRtpReceiver: receiver } = globalThis;
  const listed = (kind) => receiver.getCapabilities(kind)?.codecs.length > 0;
  return !receiver?.getCapabilities || listed('audio') || listed('video');
}

/**
 * What an instance keeps for itself. It is found through the proxies that frameworks put around what they
 * watch, which private members are not; and they leave a function as it is.
 */
const STATE = Symbol('state');

/** That of the instance made last: methods may be called without one. */
let newest;

const stateOf = (instance) => instance?.[STATE]?.() ?? newest;

export default class Skylink {
  /** @param {object | string} options init options, or the app key alone */
  constructor(options) {
    const state = {
      instance: this,
      options: typeof options === 'string' ? { appKey: options } : { ...optionsOf(options) },
      subscriptions: new Subscriptions(),
      adaptiveVideo: undefined,
      /** How often it was destroyed. */
      ends: 0,
    };
    Object.defineProperty(this, STATE, { value: () => state });
    announce(READY_STATE_CHANGE.INIT, null);
    check(state.options);
    newest = state;
    start();
    // The first question starts what WebRTC needs; joining a room is not to wait for that.
    setTimeout(hasCodecs);
  }

  async joinRoom(given, ...streams) {
    const state = stateOf(this);
    const { instance, options } = state;
    const copies = [optionsOf(given), ...streams.map((value) => copyOf(value))];
    if (typeof copies[1]?.then === 'function') {
      // As documented: what `getUserMedia` returned.
      const { ends } = state;
      const prefetched = await copies[1];
      if (state.ends !== ends) throw createError(LEFT_DURING_JOIN);
      return instance.joinRoom(copies[0], prefetched);
    }
    if (typeof copies[0]?.roomName === 'number') {
      copies[0].roomName = `${copies[0].roomName}`;
    }
    const roomName = copies[0]?.roomName || options.defaultRoom;
    if (roomName && !hasCodecs()) {
      throw refusal(NO_CODECS, READY_STATE_CHANGE_ERROR.PARSE_CODECS, { roomName });
    }
    if (options.adaptiveVideo === true) {
      state.adaptiveVideo ??= new AdaptiveVideo(instance);
    }
    const joined = later(NAMES.indexOf('joinRoom'), [options, ...copies]);
    follow(instance, roomName, copies, joined, () => instance.joinRoom(...copies));
    return joined;
  }

  on(name, listener) {
    return stateOf(this).subscriptions.add(name, listener, false);
  }

  once(name, listener) {
    return stateOf(this).subscriptions.add(name, listener, true);
  }

  off(name, listener) {
    stateOf(this).subscriptions.remove(name, listener);
  }

  /** Leaves the rooms joined by this instance, then takes its listeners off: they hear of it. */
  async destroy() {
    const state = stateOf(this);
    const { instance } = state;
    state.ends += 1;
    try {
      await Promise.all(roomsOf(instance).map((roomName) => instance.leaveRoom(roomName)));
    } finally {
      state.adaptiveVideo?.close();
      state.adaptiveVideo = undefined;
      state.subscriptions.remove();
    }
  }

  getSdkVersion() {
    return SDK_VERSION;
  }
}

/** `using` and `await using`, where the language has them. */
function disposable(symbol, dispose) {
  if (symbol) {
    Object.defineProperty(Skylink.prototype, symbol, { value: dispose, configurable: true });
  }
}
disposable(Symbol.asyncDispose, Skylink.prototype.destroy);
disposable(Symbol.dispose, function dispose() {
  this.destroy().catch(() => {});
});

/** The caller may change its objects while the call waits, so they are copied. */
function later(number, args) {
  try {
    const copies = args.map((value) => copyOf(value));
    return whenReady((session) => session.invoke(number, ...copies));
  } catch (error) {
    return Promise.reject(error);
  }
}

function now(number, args) {
  return sessionNow().invoke(number, ...args);
}

/**
 * Every method of the session, and when it runs: a promise can wait for the module, a result cannot.
 * The module knows them by their place here.
 */
const METHODS = {
  joinRoom: later,
  deleteEncryptSecrets: now,
  cancelBlobTransfer: later,
  generateUUID: now,
  getEncryptSecrets: now,
  getMessagePersistence: now,
  getConnectionStatus: later,
  getPeerInfo: now,
  getPeers: later,
  getPeersCustomSettings: now,
  getPeersDataChannels: now,
  getPeersInRoom: now,
  getRecordings: now,
  getSelectedSecret: now,
  getStoredMessages: now,
  getStreamSources: later,
  getStreams: now,
  getUserData: now,
  getUserMedia: later,
  leaveAllRooms: later,
  leaveRoom: later,
  lockRoom: now,
  muteStreams: now,
  refreshConnection: later,
  refreshDatachannel: now,
  respondBlobRequest: later,
  sendBlobData: later,
  sendMessage: now,
  sendP2PMessage: now,
  sendStream: later,
  setEncryptSecret: now,
  setMessagePersistence: now,
  setSelectedSecret: now,
  setUserData: now,
  setVideoView: now,
  shareScreen: later,
  startRTMPSession: later,
  startRecording: later,
  stopPrefetchedStream: now,
  stopRTMPSession: later,
  stopRecording: later,
  stopScreen: now,
  stopStreams: later,
  unlockRoom: now,
};

const NAMES = Object.keys(METHODS);

for (const [number, name] of NAMES.entries()) {
  if (!(name in Skylink.prototype)) {
    Object.defineProperty(Skylink.prototype, name, {
      value(...args) {
        return METHODS[name](number, args);
      },
      configurable: true,
      writable: true,
    });
  }
}
