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

/** A comment as Markdown: the tags that are used become paragraphs. */
function prose(doc) {
  const [text, ...examples] = doc.split(/^@example\n?/m);
  const body = text.replace(/^@returns /m, '\nReturns ').replace(/^@param (\S+) /gm, '\n`$1`: ');
  return [body.trim(), ...examples.map((example) => code(example.trim()))]
    .filter(Boolean)
    .join('\n\n');
}

const heading = (level, text) => `${'#'.repeat(level)} ${text}`;
const page = (title, intro, parts) =>
  `${[heading(1, title), intro, ...parts].filter(Boolean).join('\n\n')}\n`;

/** Overloads share a heading; the comments of all of them are kept. */
function methods(name, level = 3) {
  const parts = [];
  let section = '';
  let last = '';
  for (const member of membersOf(declarations.get(name))) {
    if (member.section !== section) {
      section = member.section;
      parts.push(heading(level - 1, section[0].toUpperCase() + section.slice(1)));
    }
    if (member.name !== last) parts.push(heading(level, member.name));
    last = member.name;
    parts.push(code(member.signature), prose(member.doc));
  }
  return parts.filter(Boolean);
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

function pages() {
  const skylink = declarations.get('Skylink');
  return {
    'skylink.md': page('Skylink', prose(skylink.doc), methods('Skylink')),
    'events.md': page(
      'Events',
      'The name of the constant, its value, and the `detail` that listeners get.',
      events(),
    ),
    'event-manager.md': page('SkylinkEventManager', '', methods('EventManager', 2)),
    'logger.md': page('SkylinkLogger', '', [
      ...methods('Logger', 2),
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
