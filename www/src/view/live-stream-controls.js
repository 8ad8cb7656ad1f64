import { element } from './element.js';
import { createSection } from './section.js';

/** Asks for live streams and shows them. */
export function createLiveStreamControls({ session: { liveStreams } }) {
  const endpoint = element('input', {
    id: 'live-endpoint',
    type: 'url',
    required: true,
    pattern: 'rtmps?://.+/.+',
    title: 'rtmp:// or rtmps://, with the stream key',
    placeholder: 'rtmp://live.example/app/key',
    autocomplete: 'off',
    spellcheck: 'false',
    data: { test: 'live-endpoint' },
  });
  const list = element('ul', { class: 'live-streams', role: 'list' });
  let shown = null;

  return {
    element: createSection(
      'Live stream',
      element(
        'form',
        {
          class: 'stack',
          onsubmit(event) {
            event.preventDefault();
            liveStreams.start(endpoint.value.trim());
          },
        },
        element('label', { for: 'live-endpoint' }, 'Address of the RTMP server'),
        endpoint,
        element(
          'button',
          { type: 'submit', class: 'button', data: { test: 'live-start' } },
          'Stream your picture live',
        ),
      ),
      list,
    ),
    show(streams) {
      if (streams === shown) return;
      shown = streams;
      list.replaceChildren(...streams.map((stream) => entry(stream, liveStreams)));
    },
  };
}

const entry = ({ id, place, isLive }, liveStreams) =>
  element(
    'li',
    { class: 'live-stream', data: { test: 'live-stream', state: isLive ? 'live' : 'connecting' } },
    element('span', { role: 'status' }, isLive ? `Live on ${place}` : `Connecting to ${place}`),
    element(
      'button',
      {
        type: 'button',
        class: 'button small',
        hidden: !isLive,
        data: { test: 'live-stop' },
        onclick: () => liveStreams.stop(id),
      },
      'Stop',
    ),
  );
