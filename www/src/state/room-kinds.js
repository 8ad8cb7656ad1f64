/** The app keys that `skylink-server` knows by itself, by what their rooms can do. */
const roomKinds = [
  { appKey: 'demo', label: 'Ordinary' },
  { appKey: 'demo-persistent', label: 'Keeps messages for those who come later' },
];

/** All kinds to choose from; a key that somebody put into the address is one of its own. */
export const roomKindsWith = (appKey) =>
  roomKinds.some((kind) => kind.appKey === appKey)
    ? roomKinds
    : [...roomKinds, { appKey, label: `Of the app key “${appKey}”` }];
