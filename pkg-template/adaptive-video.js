/**
 * The option `adaptiveVideo`: says by `setVideoView` how large the page shows each video of others, and
 * pauses what nobody can see.
 */
import { EVENTS } from './constants.js';
import { eventManager } from './event-manager.js';
import { roomsOf } from './memberships.js';

/** Sizes and places change many times a second while somebody scrolls. */
const GATHER_MS = 100;

/** Seen at the document on their way to an element. */
const CHANGES = [
  'loadstart',
  'emptied',
  'visibilitychange',
  'enterpictureinpicture',
  'leavepictureinpicture',
];

export class AdaptiveVideo {
  instance;
  /** @type {Map<MediaStreamTrack, { roomName: string, streamId: string, told: string }>} */
  videos = new Map();
  /** Elements that show them, and whether they are in sight. @type {Map<HTMLVideoElement, boolean>} */
  elements = new Map();
  listeners;
  sight;
  size;
  tree;
  timer;

  /** Follows the rooms of an instance until it is closed. */
  constructor(instance) {
    this.instance = instance;
    const add = ({ detail }) => this.add(detail);
    this.listeners = {
      [EVENTS.ON_INCOMING_STREAM]: add,
      [EVENTS.ON_INCOMING_SCREEN_STREAM]: add,
      [EVENTS.STREAM_ENDED]: ({ detail }) =>
        this.forget(({ streamId }) => streamId === detail.streamId),
      [EVENTS.PEER_LEFT]: ({ detail }) =>
        this.forget(({ roomName }) => detail.isSelf && roomName === detail.room.roomName),
      fatal: () => this.forget(() => true),
    };
    for (const [name, listener] of Object.entries(this.listeners)) {
      eventManager.addPrivateEventListener(name, listener);
    }
  }

  close() {
    this.forget(() => true);
    for (const [name, listener] of Object.entries(this.listeners)) {
      eventManager.removePrivateEventListener(name, listener);
    }
  }

  add({ isSelf, stream, streamId, room }) {
    const [track] = stream.getVideoTracks();
    if (isSelf || !track || !roomsOf(this.instance).includes(room.roomName)) {
      return;
    }
    if (this.videos.size === 0) {
      this.watchPage();
    }
    this.videos.set(track, { roomName: room.roomName, streamId, told: '' });
    this.lookSoon();
  }

  forget(isOver) {
    for (const [track, video] of this.videos) {
      if (isOver(video)) {
        this.videos.delete(track);
      }
    }
    if (this.videos.size === 0) {
      this.leavePage();
    }
  }

  watchPage() {
    this.sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        this.elements.set(target, isIntersecting);
      }
      this.lookSoon();
    });
    this.size = new ResizeObserver(this.lookSoon);
    this.tree = new MutationObserver(this.lookSoon);
    this.tree.observe(document, { childList: true, subtree: true });
    CHANGES.forEach((name) => document.addEventListener(name, this.lookSoon, true));
  }

  leavePage() {
    [this.sight, this.size, this.tree].forEach((observer) => observer?.disconnect());
    CHANGES.forEach((name) => document.removeEventListener(name, this.lookSoon, true));
    clearTimeout(this.timer);
    this.timer = undefined;
    this.elements.clear();
  }

  lookSoon = () => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, GATHER_MS);
  };

  look() {
    const places = new Map([...this.videos.keys()].map((track) => [track, []]));
    for (const element of document.querySelectorAll('video')) {
      // A source may be something else than a stream.
      for (const track of element.srcObject?.getVideoTracks?.() ?? []) {
        places.get(track)?.push(element);
      }
    }
    this.observe(new Set([...places.values()].flat()));
    for (const [track, elements] of places) {
      this.tell(this.videos.get(track), this.viewOf(elements));
    }
  }

  observe(shown) {
    for (const element of this.elements.keys()) {
      if (!shown.has(element)) {
        this.sight.unobserve(element);
        this.size.unobserve(element);
        this.elements.delete(element);
      }
    }
    for (const element of shown) {
      if (!this.elements.has(element)) {
        // Until the browser has said where it is.
        this.elements.set(element, true);
        this.sight.observe(element);
        this.size.observe(element);
      }
    }
  }

  /** What is in no element of the document is left alone: the app may draw it by other means. */
  viewOf(elements) {
    if (elements.includes(document.pictureInPictureElement)) {
      return { isPaused: false, height: 0 };
    }
    const seen = elements.filter((element) => this.elements.get(element));
    if (document.hidden || seen.length < Math.min(elements.length, 1)) {
      return { isPaused: true };
    }
    const heights = seen.map(({ clientHeight }) => clientHeight * devicePixelRatio);
    return { isPaused: false, height: Math.ceil(Math.max(0, ...heights)) };
  }

  tell(video, view) {
    const told = JSON.stringify(view);
    if (video.told === told) {
      return;
    }
    video.told = told;
    try {
      this.instance.setVideoView(video.roomName, video.streamId, view);
    } catch {
      // Room or stream are gone, and the event that says so is on its way.
    }
  }
}
