/** Cameras, microphones and speakers: which there are, and which are used. */

export const noDevices = {
  cameras: [],
  microphones: [],
  speakers: [],
};

/** @enum {string} */
export const Kind = {
  CAMERA: 'camera',
  MICROPHONE: 'microphone',
};

export const devicesListed = (lists) => () => lists;

/** Which one is used; an empty id is the default one. */
export const deviceChosen = (key, id) => () => ({ [key]: id });
