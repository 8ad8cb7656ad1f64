// Screens, and the list of devices.

/** Asks for a screen. A browser that has no way of its own takes it for a kind of camera. */
export const getDisplayMedia = async ({ audio, video }) => {
  const { mediaDevices } = navigator;
  return mediaDevices.getDisplayMedia
    ? mediaDevices.getDisplayMedia({ audio, video })
    : mediaDevices.getUserMedia({ audio, video: { ...video, mediaSource: 'screen' } });
};

const describe = ({ deviceId, label, groupId }) => {
  const id = deviceId || 'default';
  return { deviceId: id, label: label || `Source for ${id}`, groupId: groupId || null };
};

/** The devices by kind (public API T-09). Without a way to ask it rejects with empty lists. */
export const getStreamSources = async () => {
  const { mediaDevices } = navigator;
  const sources = { audio: { input: [], output: [] }, video: { input: [] } };
  if (typeof mediaDevices?.enumerateDevices !== 'function') {
    throw sources;
  }
  for (const device of await mediaDevices.enumerateDevices()) {
    const [, kind, way] = /^(audio|video)(input|output)$/.exec(device.kind) ?? [];
    sources[kind]?.[way]?.push(describe(device));
  }
  return sources;
};
