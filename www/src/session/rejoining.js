const WAITS_MS = [1000, 2000, 4000, 8000];
const ANSWER_LIMIT_MS = 4000;

/**
 * Comes back into a room whose server went away: looks again and again whether the server answers,
 * at once when the browser says that the network is back, and then calls `rejoin`. Until then the
 * room is not left, for people may go on hearing each other without the server.
 */
export function createRejoining({ rejoin, onStillAway }) {
  let timer = null;
  let waits = 0;
  let lookNumber = 0;

  async function look({ isAskedFor }) {
    clearTimeout(timer);
    const own = (lookNumber += 1);
    const answers = await serverAnswers();
    const isOvertakenOrStopped = own !== lookNumber;
    if (isOvertakenOrStopped) return;
    if (answers) {
      stop();
      rejoin();
      return;
    }
    if (isAskedFor) onStillAway();
    wait();
  }

  function wait() {
    const duration = WAITS_MS[Math.min(waits, WAITS_MS.length - 1)];
    waits += 1;
    timer = setTimeout(look, duration, { isAskedFor: false });
  }

  const onOnline = () => look({ isAskedFor: false });

  function begin() {
    stop();
    waits = 0;
    window.addEventListener('online', onOnline);
    wait();
  }

  function stop() {
    lookNumber += 1;
    clearTimeout(timer);
    window.removeEventListener('online', onOnline);
  }

  return { begin, stop, lookNow: () => look({ isAskedFor: true }) };
}

async function serverAnswers() {
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const response = await fetch('/healthz', { cache: 'no-store', signal });
    // One that cannot do all that it should has rooms all the same.
    return response.ok || (await response.text()).startsWith('impaired');
  } catch {
    return false;
  }
}
