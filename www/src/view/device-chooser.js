import { Problem } from '../media/preview.js';
import { keepPreferences } from '../state/preferences.js';
import { byId, element, setText, showIcon } from './element.js';
import { createLevel } from './level.js';

const problemWords = {
  [Problem.INSECURE]: (device) =>
    `Browsers give a page your ${device} only if it is secure. Open it with https:// or on localhost, or join without.`,
  [Problem.REFUSED]: (device) =>
    `The browser may not use your ${device}. Allow it in the address bar and try again, or join without.`,
  [Problem.MISSING]: (device) =>
    `The browser finds no ${device}. Plug one in and try again, or join without.`,
  [Problem.BUSY]: (device) =>
    `Your ${device} cannot be started. Close other programs that may use it and try again, or join without.`,
};

/** Camera and microphone before a call: on or off, which one, picture and loudness. */
export function createDeviceChooser(preview) {
  const video = byId('preview-video');
  const placeholder = byId('preview-placeholder');
  const tryAgain = byId('preview-again');
  const showLevel = createLevel(byId('level'));
  let shownCamera = null;

  for (const kind of ['camera', 'microphone']) {
    byId(`${kind}-switch`).addEventListener('click', () => {
      const isWanted = !preview.store.state[kind].isWanted;
      keepPreferences({ [`${kind}IsWanted`]: isWanted });
      preview.want(kind, isWanted);
    });
    byId(`${kind}-choice`).addEventListener('change', ({ target }) => {
      keepPreferences({ [`${kind}Id`]: target.value, [`${kind}IsWanted`]: true });
      preview.choose(kind, target.value);
    });
  }
  tryAgain.addEventListener('click', () => preview.start());

  preview.store.subscribe((state) => {
    const { camera, microphone } = state;
    showDevice('camera', camera);
    showDevice('microphone', microphone);
    showProblems(camera, microphone);
    tryAgain.hidden = !isWorthTrying(camera) && !isWorthTrying(microphone);

    video.hidden = !camera.stream;
    placeholder.hidden = Boolean(camera.stream);
    setText(placeholder, placeholderWords(camera));

    if (shownCamera !== camera.stream) video.srcObject = camera.stream;
    showLevel(microphone.stream);
    shownCamera = camera.stream;
  });
}

function showDevice(kind, { isWanted, problem, choices, deviceId }) {
  const toggle = byId(`${kind}-switch`);
  toggle.setAttribute('aria-checked', String(isWanted));
  showIcon(toggle.querySelector('svg'), isWanted && !problem ? kind : `${kind}-off`);

  const select = byId(`${kind}-choice`);
  const options = [{ deviceId: '', label: `Default ${kind}` }, ...choices];
  const signature = JSON.stringify(options);
  if (select.dataset.signature !== signature) {
    select.dataset.signature = signature;
    select.replaceChildren(
      ...options.map((option, index) =>
        element(
          'option',
          { value: option.deviceId },
          option.label || `${capitalised(kind)} ${index}`,
        ),
      ),
    );
  }
  select.value = options.some((option) => option.deviceId === deviceId) ? deviceId : '';
  select.disabled = !isWanted;
  // With a single device there is nothing to choose.
  select.hidden = choices.length < 2;
}

// What is wrong with both in the same way is said once.
function showProblems(camera, microphone) {
  const cameraProblem = camera.isWanted ? camera.problem : null;
  const microphoneProblem = microphone.isWanted ? microphone.problem : null;
  const isOne = cameraProblem !== null && cameraProblem === microphoneProblem;
  const both = isOne ? problemWords[cameraProblem]('camera and microphone') : '';
  setText(byId('camera-problem'), isOne ? '' : (problemWords[cameraProblem]?.('camera') ?? ''));
  setText(
    byId('microphone-problem'),
    both || (problemWords[microphoneProblem]?.('microphone') ?? ''),
  );
}

const isWorthTrying = ({ isWanted, problem }) =>
  isWanted && problem !== null && problem !== Problem.INSECURE;

function placeholderWords({ isWanted, problem }) {
  if (!isWanted) return 'Camera is off';
  return problem ? 'No picture' : 'Starting the camera…';
}

const capitalised = (word) => word[0].toUpperCase() + word.slice(1);
