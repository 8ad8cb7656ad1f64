// Writes docs/api/ from the declarations of the package.
//   node tools/api-reference.mjs            writes the pages
//   node tools/api-reference.mjs --check    fails when a page is out of date
//
// The declarations are formatted by prettier, so a reader of lines is enough: a declaration begins
// in the first column, a member is indented by two, and the comment above belongs to it.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './toolchain.mjs';

const SOURCE = join(root, 'pkg-template');
const PAGES = 'docs/api';

const START = /^(?:export )?(?:declare )?(?:interface|type|class|const|function) ([\w$]+)/;
const END = /^(?:\}|\S.*;$)|^\s.*;$/;

/** The text of a comment without its frame. */
function textOf(comment) {
  return comment
    .map((line) => line.replace(/^\s*(?:\/\*\*?|\*(?!\/))? ?/, '').replace(/\s*\*\/$/, ''))
    .join('\n')
    .trim();
}

/** Lines as `{ doc, section, lines }`: each declaration, or member, with the comment above it. */
function blocksOf(lines, indent, begins) {
  const blocks = [];
  let comment = [];
  let doc = '';
  let section = '';
  let block = null;
  let inComment = false;
  for (const line of lines) {
    const text = line.slice(indent);
    if (!block && (inComment || /^\/\*/.test(text))) {
      if (!inComment) comment = [];
      comment.push(text);
      inComment = !/\*\/\s*$/.test(text);
      if (!inComment && comment[0].startsWith('/**')) doc = textOf(comment);
      else if (!inComment) section = textOf(comment);
    } else if (!block && begins(text)) {
      block = { doc, section, lines: [text] };
      doc = '';
    } else if (block) {
      block.lines.push(text);
    }
    const isOver = block && END.test(text) && !text.startsWith(' ');
    if (isOver || (block && indent === 0 && /^\S.*;$/.test(text))) {
      blocks.push(block);
      block = null;
    }
  }
  return blocks;
}

/** Every declaration of the package by its name. */
function readDeclarations() {
  const files = [
    'index.d.ts',
    ...readdirSync(join(SOURCE, 'types')).map((name) => `types/${name}`),
  ];
  const found = new Map();
  for (const file of files) {
    const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n');
    for (const block of blocksOf(lines, 0, (text) => START.test(text))) {
      const [, name] = START.exec(block.lines[0]);
      const [, parents = ''] = /extends ([\w, ]+) \{/.exec(block.lines[0]) ?? [];
      // The class comes before the interface of the same name that adds its methods.
      if (found.has(name)) continue;
      found.set(name, { ...block, name, file, parents: parents.split(', ').filter(Boolean) });
    }
  }
  return found;
}

const declarations = readDeclarations();

function membersOf(declaration) {
  const begins = (text) => /^\S/.test(text) && !/^[}/]/.test(text);
  return blocksOf(declaration.lines.slice(1, -1), 2, begins).map((member) => {
    const signature = member.lines
      .join('\n')
      .replace(/^readonly /, '')
      .replace(/;$/, '');
    const name = /^(\[[\w.]+\]|[\w$]+)/.exec(signature)?.[0] ?? '';
    return { ...member, signature, name };
  });
}

/** Own members after those of the interfaces that it extends. */
function allMembersOf(declaration) {
  const inherited = declaration.parents
    .map((name) => declarations.get(name))
    .filter(Boolean)
    .flatMap(allMembersOf);
  return [...inherited, ...membersOf(declaration)];
}

const code = (text) => `\`\`\`ts\n${text}\n\`\`\``;

const LABELS = { returns: 'Returns', throws: 'Fails with', fires: 'Events' };

/** A comment as Markdown: its tags become a list of parameters, paragraphs and examples. */
function prose(doc) {
  const [text, ...rest] = doc.split(/^@(param|returns|throws|fires|example)[ \n]?/m);
  const tags = [];
  for (let at = 0; at < rest.length; at += 2) {
    tags.push({ tag: rest[at], body: rest[at + 1].trim() });
  }
  const of = (wanted) => tags.filter(({ tag }) => tag === wanted).map(({ body }) => body);
  const parameters = of('param').map((body) => {
    const [name, ...words] = body.split(/\s+/);
    return `- \`${name}\`: ${words.join(' ')}`;
  });
  const paragraphs = Object.entries(LABELS).flatMap(([tag, label]) =>
    of(tag).map((body) => `**${label}** ${body.replace(/\n\s*/g, '\n')}`),
  );
  return [text.trim(), parameters.join('\n'), ...paragraphs, ...of('example').map(code)]
    .filter(Boolean)
    .join('\n\n');
}

const heading = (level, text) => `${'#'.repeat(level)} ${text}`;
const page = (title, intro, parts) =>
  `${[heading(1, title), intro, ...parts].filter(Boolean).join('\n\n')}\n`;

/** Overloads share a heading; the comments of all of them are kept. */
function methods(name, level = 2) {
  const parts = [];
  let last = '';
  for (const member of membersOf(declarations.get(name))) {
    if (member.name !== last) parts.push(heading(level, member.name));
    last = member.name;
    parts.push(code(member.signature), prose(member.doc));
  }
  return parts.filter(Boolean);
}

/** The interfaces that make up the class, in the order of its page. */
const PARTS = {
  Rooms: 'RoomMethods',
  Peers: 'PeerMethods',
  Media: 'MediaMethods',
  Connections: 'ConnectionMethods',
  Messages: 'MessageMethods',
  Secrets: 'SecretMethods',
  Files: 'FileMethods',
  'Recording and live streams': 'RecordingMethods',
  'The instance': 'InstanceMethods',
  Others: 'OtherMethods',
};

function methodsOfSkylink() {
  const parts = Object.entries(PARTS).flatMap(([title, name]) => [
    heading(2, title),
    prose(declarations.get(name).doc),
    ...methods(name, 3),
  ]);
  return [...methods('Skylink', 2), ...parts];
}

function shape(declaration) {
  const { name, doc, lines } = declaration;
  const text = lines.join('\n').replace(/^(?:export )?(?:declare )?/, '');
  return [heading(2, name), prose(doc), code(text)].filter(Boolean);
}

const shapesIn = (...files) =>
  [...declarations.values()].filter(({ file }) => files.includes(file)).flatMap(shape);

function payload(detail) {
  const declaration = declarations.get(detail);
  if (!declaration) return code(`detail: ${detail}`);
  const members = allMembersOf(declaration).map(({ doc, signature }) =>
    doc ? `/** ${doc.replaceAll('\n', ' ')} */\n${signature};` : `${signature};`,
  );
  return code(members.join('\n'));
}

function events() {
  const details = new Map(
    membersOf(declarations.get('SkylinkEventDetailMap')).map(({ name, signature, doc }) => [
      name,
      { detail: signature.slice(signature.indexOf(':') + 1).trim(), doc },
    ]),
  );
  const named = membersOf(declarations.get('SkylinkEventNames'));
  const valueOf = (signature) => /'(.*)'/.exec(signature)[1];
  const values = new Set(named.map(({ signature }) => valueOf(signature)));
  // Those of this package have no constant.
  const others = [...details.keys()].filter((value) => !values.has(value));
  const all = [
    ...named,
    ...others.map((value) => ({ name: value, signature: `'${value}'`, doc: '' })),
  ];
  return all.flatMap(({ name, signature, doc }) => {
    const value = valueOf(signature);
    const known = details.get(value);
    const title = `${heading(2, name)}\n\n\`'${value}'\``;
    if (!known) return [title, prose(doc) || 'Never fired; the name is kept for apps that use it.'];
    return [title, prose([doc, known.doc].filter(Boolean).join(' ')), payload(known.detail)].filter(
      Boolean,
    );
  });
}

const docOf = (name) => prose(declarations.get(name).doc);

const CONTENTS = `The package exports \`Skylink\` (the class, by default), \`SkylinkEventManager\`,
\`SkylinkConstants\`, \`SkylinkEvents\` and \`SkylinkLogger\`; its types are exported by the same
name as in these pages.

| page | what is in it |
| --- | --- |
| [Skylink](skylink.md) | the class: every method |
| [Events](events.md) | every event with its payload, and when it fires |
| [SkylinkEventManager](event-manager.md) | adding and removing listeners |
| [Options](options.md) | what apps pass in |
| [Shapes](payloads.md) | what payloads and results are made of |
| [Statistics](statistics.md) | what \`getConnectionStatus\` tells |
| [Errors](errors.md) | codes of rejections |
| [SkylinkConstants](constants.md) | every value that apps compare with |
| [SkylinkLogger](logger.md) | the log |
| [Names on window](window.md) | what importing sets |

Where Skylink differs from skylinkjs 2.7.2: [compatibility.md](../compatibility.md).

These pages are made from the declarations of the package, by \`node tools/api-reference.mjs\`.`;

function pages() {
  const skylink = declarations.get('Skylink');
  return {
    'README.md': page('API', CONTENTS, []),
    'skylink.md': page('Skylink', prose(skylink.doc), methodsOfSkylink()),
    'events.md': page(
      'Events',
      'The name of the constant, its value, and the `detail` that listeners get.',
      events(),
    ),
    'event-manager.md': page('SkylinkEventManager', docOf('EventManager'), methods('EventManager')),
    'logger.md': page('SkylinkLogger', docOf('Logger'), [
      ...methods('Logger'),
      ...shape(declarations.get('LogLevels')),
    ]),
    'options.md': page('Options', 'What apps pass in.', shapesIn('types/options.d.ts')),
    'errors.md': page('Errors', '', shapesIn('types/errors.d.ts')),
    'payloads.md': page(
      'Shapes',
      'What payloads and results are made of.',
      shapesIn('types/payload-parts.d.ts'),
    ),
    'statistics.md': page('Statistics', '', shapesIn('types/statistics.d.ts')),
    'constants.md': page('SkylinkConstants', '', shapesIn('types/constants.d.ts')),
    'window.md': page('Names on window', '', shapesIn('types/window.d.ts')),
  };
}

const { values: flags } = parseArgs({ options: { check: { type: 'boolean' } } });
mkdirSync(join(root, PAGES), { recursive: true });
for (const [name, text] of Object.entries(pages())) {
  const path = join(root, PAGES, name);
  if (!flags.check) {
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${PAGES}/${name} is out of date: run node tools/api-reference.mjs`);
    process.exitCode = 1;
  }
}
