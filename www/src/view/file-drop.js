import { Phase, noticed, otherPeople, personById } from '../state/call-state.js';
import { byId, element, setText } from './element.js';

/** Files dropped on somebody's tile go to that person, beside the tiles to everybody. */
export function createFileDrop({ store, session }) {
  const stage = byId('stage');
  const hint = element('p', { class: 'drop-hint', hidden: true, data: { test: 'drop-hint' } });
  stage.append(hint);

  const hasFiles = (event) => event.dataTransfer?.types.includes('Files');
  const isPossible = () =>
    store.state.phase === Phase.JOINED && otherPeople(store.state).length > 0;

  /** The person under the pointer, or null for everybody. */
  function personAt(event) {
    const tile = event.target.closest?.('.tile');
    const person = tile && personById(store.state, tile.dataset.peer);
    return person && !person.isSelf ? person : null;
  }

  function showTarget(event) {
    const person = personAt(event);
    for (const tile of stage.querySelectorAll('.tile.drop-target')) {
      tile.classList.remove('drop-target');
    }
    if (person) event.target.closest('.tile').classList.add('drop-target');
    stage.classList.toggle('drop-target', !person);
    setText(hint, `Send to ${person?.name ?? 'everybody'}`);
    hint.hidden = false;
  }

  function hideTarget() {
    for (const one of [stage, ...stage.querySelectorAll('.drop-target')]) {
      one.classList.remove('drop-target');
    }
    hint.hidden = true;
  }

  // Without this a file that misses its target would replace the page.
  window.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const isHere = isPossible() && stage.contains(event.target);
    event.dataTransfer.dropEffect = isHere ? 'copy' : 'none';
    if (isHere) showTarget(event);
    else hideTarget();
  });
  window.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) hideTarget();
  });
  window.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hideTarget();
    if (!stage.contains(event.target)) return;
    if (!isPossible()) {
      store.change(noticed('There is nobody to send files to.'));
      return;
    }
    const person = personAt(event);
    session.files.send(event.dataTransfer.files, person ? [person.id] : []);
    store.change(noticed(`Asking ${person?.name ?? 'everybody'}…`));
  });
}
