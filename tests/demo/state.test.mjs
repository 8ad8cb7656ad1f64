import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFrom, sendingFrom } from '../../www/src/session/person.js';
import { addressOfRoom, readAddress, roomNameFault } from '../../www/src/state/address.js';
import * as change from '../../www/src/state/call-state.js';
import * as chat from '../../www/src/state/chat.js';
import * as liveStreams from '../../www/src/state/live-streams.js';
import { failed, noProblems, problemDismissed } from '../../www/src/state/problems.js';
import { createStore } from '../../www/src/state/store.js';
import { defaultSettings, sizeOf, tidySettings } from '../../www/src/state/settings.js';
import { featuredGrid } from '../../www/src/view/featured-grid.js';
import { bestGrid } from '../../www/src/view/tile-grid.js';

test('tiles fill their place without leaving it', () => {
  for (const [width, height] of [
    [304, 420],
    [344, 590],
    [796, 1050],
    [1080, 720],
    [1900, 900],
  ]) {
    for (let count = 1; count <= 6; count += 1) {
      const grid = bestGrid(count, width, height);
      const rows = Math.ceil(count / grid.columns);
      const what = `${count} tiles in ${width} by ${height}`;
      assert.ok(grid.columns * grid.width + (grid.columns - 1) * 10 <= width, what);
      assert.ok(rows * grid.height + (rows - 1) * 10 <= height, what);
      assert.ok(grid.width >= 130, `${what} are not too small`);
    }
  }
});

test('more tiles than fit keep a size at which faces are seen', () => {
  const { columns, width, height } = bestGrid(40, 344, 590);
  assert.equal(columns, 2);
  assert.ok(width >= 130 && height >= 70);
});

test('room names', () => {
  for (const good of ['lobby', 'Team_1', 'Küche 2', '日本', 'v1.2-beta']) {
    assert.equal(roomNameFault(good), '', good);
  }
  for (const bad of ['', 'a/b', 'a?b', 'a#b', '../x', '.', '<b>', '%2f']) {
    assert.notEqual(roomNameFault(bad), '', bad);
  }
});

test('the address names room and key', () => {
  const address = 'https://example.net/demo/?key=mine&room=%20big%20%20room%20#top';
  assert.deepEqual(readAddress(address), { roomName: 'big room', appKey: 'mine' });
  assert.deepEqual(readAddress('https://example.net/'), { roomName: '', appKey: 'demo' });
  assert.equal(addressOfRoom('a b', address), 'https://example.net/demo/?key=mine&room=a+b');
});

test('names are found in all forms that apps send', () => {
  assert.equal(nameFrom({ name: 'Anna' }), 'Anna');
  assert.equal(nameFrom('{"name":"Anna"}'), 'Anna');
  assert.equal(nameFrom('Anna'), 'Anna');
  assert.equal(nameFrom(7), '7');
  assert.equal(nameFrom('{"name":'), '{"name":');
  for (const nothing of [null, undefined, '', {}, [], { name: {} }, { name: '  ' }]) {
    assert.equal(nameFrom(nothing), 'Guest');
  }
  assert.equal(nameFrom('x'.repeat(500)).length, 40);
});

test('what somebody sends follows from all streams', () => {
  const mediaStatus = {
    sound: { audioMuted: 0, videoMuted: -1 },
    picture: { audioMuted: -1, videoMuted: 1 },
  };
  assert.equal(sendingFrom(mediaStatus, 'audioMuted'), 'muted');
  assert.equal(sendingFrom(mediaStatus, 'videoMuted'), 'on');
  assert.equal(sendingFrom({}, 'videoMuted'), 'none');
  assert.equal(sendingFrom(undefined, 'videoMuted'), 'none');
});

test('a store tells once about the changes of one turn', async () => {
  const store = createStore({ count: 0 });
  const told = [];
  const stop = store.subscribe(({ count }) => told.push(count));
  store.change({ count: 1 });
  store.change(({ count }) => ({ count: count + 1 }));
  await Promise.resolve();
  assert.deepEqual(told, [0, 2]);
  stop();
  store.change({ count: 3 });
  await Promise.resolve();
  assert.deepEqual(told, [0, 2]);
});

test('what comes about somebody who has left changes nothing', () => {
  const apply = (state, ...changes) =>
    changes.reduce((now, one) => ({ ...now, ...one(now) }), state);
  const inRoom = apply(
    change.initialState,
    change.joining('lobby'),
    change.selfJoined({ id: 'me', name: 'Anna' }),
    change.personSeen({ id: 'bob', name: 'Bob' }),
    chat.receiversChosen(['bob']),
    change.personLeft('bob'),
  );
  assert.deepEqual(
    inRoom.people.map(({ id }) => id),
    ['me'],
  );
  assert.deepEqual(inRoom.receivers, []);
  const later = apply(
    inRoom,
    change.personChanged('bob', { audio: 'on' }),
    change.streamAdded('bob', { id: 's' }),
    change.streamRemoved('bob', 's'),
  );
  assert.deepEqual(later.people, inRoom.people);
});

test('unread messages are counted while the chat is closed', () => {
  const message = { isSelf: false, text: 'hello' };
  let state = { ...change.initialState };
  const apply = (one) => (state = { ...state, ...one(state) });
  apply(chat.messageArrived(message));
  apply(chat.messageArrived({ ...message, isSelf: true }));
  assert.equal(state.unreadCount, 1);
  apply(change.panelOpened('chat'));
  apply(chat.messageArrived(message));
  assert.equal(state.unreadCount, 0);
});

test('beside a shared screen everybody else has a place', () => {
  for (let others = 1; others <= 12; others += 1) {
    for (const [width, height] of [
      [374, 690],
      [300, 430],
      [1000, 760],
    ]) {
      const { columns, rows } = featuredGrid(others, width, height);
      assert.ok(columns * rows >= others, `${others} in ${width} by ${height}`);
      assert.ok(
        (columns - 1) * rows < others || (rows - 1) * columns < others,
        'and none is empty',
      );
    }
  }
  assert.deepEqual(featuredGrid(3, 374, 690), {
    layout: 'featured-upright',
    columns: 3,
    rows: 1,
  });
});

test('settings that were kept are made whole', () => {
  assert.deepEqual(tidySettings(undefined), defaultSettings);
  assert.deepEqual(tidySettings({ resolution: '1x1', frameRate: '30', relayOnly: 'yes', x: 1 }), {
    ...defaultSettings,
  });
  assert.equal(tidySettings({ frameRate: 30 }).frameRate, 30);
  assert.deepEqual(sizeOf('1280x720'), { width: 1280, height: 720 });
});

test('earlier messages find their place among those that were seen live', () => {
  const at = (second) => new Date(2026, 0, 1, 12, 0, second);
  const message = (text, second) => ({ senderId: 'bob', text, time: at(second) });
  const apply = (state, ...changes) =>
    changes.reduce((now, one) => ({ ...now, ...one(now) }), state);
  const earlier = [message('one', 1), message('two', 2)].map((one) => ({
    ...one,
    isEarlier: true,
  }));
  const live = apply(change.initialState, chat.messageArrived(message('two', 3)));
  const once = apply(live, chat.historyLoaded(earlier));
  assert.deepEqual(
    once.messages.map(({ text }) => text),
    ['one', 'two'],
  );
  const twice = apply(once, chat.historyLoaded(earlier));
  assert.equal(twice.messages.length, 2, 'loaded again it is not there twice');
});

test('the server keeps encrypted messages for everybody only', () => {
  const state = {
    ...change.initialState,
    canKeepMessages: true,
    keepsMessages: true,
    selectedSecretId: 'team',
  };
  assert.equal(chat.willBeKept(state), true);
  for (const changes of [
    { canKeepMessages: false },
    { keepsMessages: false },
    { selectedSecretId: '' },
    { receivers: ['bob'] },
    { way: chat.Way.PEERS },
  ]) {
    assert.equal(chat.willBeKept({ ...state, ...changes }), false, JSON.stringify(changes));
  }
});

test('a live stream is shown without its key, from the question to its end', () => {
  const apply = (state, ...changes) =>
    changes.reduce((now, one) => ({ ...now, ...one(now) }), state);
  const place = liveStreams.placeOf('rtmps://me@live.example:444/app/top-secret?token=more');
  assert.equal(place, 'rtmps://live.example:444/app/…');
  assert.equal(liveStreams.placeOf('nonsense'), 'an RTMP server');
  const asked = { id: null, place, isLive: false };
  const other = { ...asked };
  const state = apply(
    change.initialState,
    liveStreams.liveStreamAsked(asked),
    liveStreams.liveStreamAsked(other),
  );
  const began = apply(
    state,
    liveStreams.liveStreamBegan(asked, 'one'),
    liveStreams.liveStreamRefused(other),
  );
  assert.deepEqual(began.liveStreams, [{ id: 'one', place, isLive: true }]);
  assert.deepEqual(apply(began, liveStreams.liveStreamEnded('other')), began);
  assert.deepEqual(apply(began, liveStreams.liveStreamEnded('one')).liveStreams, []);
});

test('only so many messages are kept, and only so much of each', () => {
  let state = { ...change.initialState };
  const time = new Date();
  for (let count = 1; count <= chat.MOST_MESSAGES + 3; count += 1) {
    const message = { isSelf: false, text: `${count}`.padEnd(10_000, '.'), time };
    state = { ...state, ...chat.messageArrived(message)(state) };
  }
  assert.equal(state.messages.length, chat.MOST_MESSAGES);
  assert.match(state.messages[0].text, /^4\./);
  assert.ok(state.messages.every(({ text }) => text.length < chat.LONGEST_TEXT + 10));
  const earlier = { senderId: 'a', text: 'long ago', time: new Date(0), isEarlier: true };
  const { messages } = chat.historyLoaded([earlier])(state);
  assert.equal(messages.length, chat.MOST_MESSAGES);
});

test('what went wrong stays until it is dismissed, the same once', () => {
  let state = { ...noProblems };
  const apply = (one) => (state = { ...state, ...one(state) });
  for (const text of ['one', 'two', 'one']) apply(failed(text));
  assert.deepEqual(
    state.problems.map(({ text }) => text),
    ['two', 'one'],
  );
  apply(problemDismissed(state.problems[0].serial));
  assert.deepEqual(
    state.problems.map(({ text }) => text),
    ['one'],
  );
  for (let count = 0; count < 100; count += 1) apply(failed(`${count}`));
  assert.equal(state.problems.length, 20);
});
