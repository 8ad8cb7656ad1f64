/** What went wrong during a call and did not end it: it stays until somebody has dismissed it. */

/** Older ones go: nobody reads them all. */
const MOST_PROBLEMS = 20;

export const noProblems = { problems: [] };

let lastSerial = 0;

/** The same again is the latest, and one. */
export const failed =
  (text) =>
  ({ problems }) => ({
    problems: [
      ...problems.filter((one) => one.text !== text),
      { text, serial: (lastSerial += 1) },
    ].slice(-MOST_PROBLEMS),
  });

export const problemDismissed =
  (serial) =>
  ({ problems }) => ({ problems: problems.filter((one) => one.serial !== serial) });
