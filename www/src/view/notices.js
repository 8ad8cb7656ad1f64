import { byId } from './element.js';

const SHOWN_FOR_MS = 6000;

/** Short messages: one that is seen and read out, one that is only read out. */
export function createNotices(store) {
  const seen = createLiveText(byId('notice'), SHOWN_FOR_MS);
  const heard = createLiveText(byId('spoken'), SHOWN_FOR_MS);
  return store.subscribe(({ notice, spoken, failure }) => {
    // A failure has a place and words of its own: nothing may lie over them.
    seen(failure ? null : notice);
    heard(spoken);
  });
}

function createLiveText(place, duration) {
  let shownSerial = null;
  let timer = null;

  const show = (text) => {
    clearTimeout(timer);
    place.textContent = text;
  };

  return (message) => {
    if (!message) show('');
    if (!message || message.serial === shownSerial) return;
    shownSerial = message.serial;
    show(message.text);
    timer = setTimeout(show, duration, '');
  };
}
