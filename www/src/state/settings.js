/** How pictures and sounds are taken and sent. Chosen before a call, most of it also during one. */

export const defaultSettings = {
  resolution: '640x360',
  frameRate: 24,
  echoCancellation: true,
  relayOnly: false,
};

export const resolutions = [
  { value: '320x180', label: 'Small, 320 × 180' },
  { value: '640x360', label: 'Medium, 640 × 360' },
  { value: '960x540', label: 'Large, 960 × 540' },
  { value: '1280x720', label: 'HD, 1280 × 720' },
  { value: '1920x1080', label: 'Full HD, 1920 × 1080' },
];

export const frameRates = [5, 10, 15, 24, 30].map((value) => ({
  value,
  label: `${value} pictures a second`,
}));

/** Width and height of a resolution, as numbers. */
export function sizeOf(resolution) {
  const [width, height] = resolution.split('x').map(Number);
  return { width, height };
}

/** Settings as they were kept, made whole: what is unknown or missing becomes the default. */
export function tidySettings(kept) {
  const isKnown = {
    resolution: (value) => resolutions.some((one) => one.value === value),
    frameRate: (value) => frameRates.some((one) => one.value === value),
  };
  return Object.fromEntries(
    Object.entries(defaultSettings).map(([name, fallback]) => {
      const value = kept?.[name];
      const isGood = typeof value === typeof fallback && (isKnown[name]?.(value) ?? true);
      return [name, isGood ? value : fallback];
    }),
  );
}
