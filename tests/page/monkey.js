// A monkey at the page: whatever can be clicked, typed, dragged or chosen, in an order its seed decides. Runs as the body of an
// asynchronous script: arguments are the seed, how many actions, and the callback.
const [seed, actions, done] = arguments;
let state = seed >>> 0;
// Mulberry32: small, and good enough for a monkey.
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};
const below = (count) => Math.floor(random() * count);
const one = (list) => list[below(list.length)];
const all = (css) => [...document.querySelectorAll(css)];
// Another document would not be undone into the first; files are not for monkeys.
const replaces = /^(new|replace|save-first|draft-open|save|written-open|written-save|progress-save)$/;
const harmless = (element) => !replaces.test(element.id) && !element.closest('[data-exhibit], [data-lesson], [type=file], .files') && !/New scenario|Save|Picture/.test(element.dataset.command ?? '');
const within = () => (document.querySelector('dialog[open]') ? 'dialog[open] ' : '');
const pointer = (target, type, x, y, more) =>
  target.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: y, pointerId: 1, buttons: 1, ...more }));
const words = ['', '1', '0', '-5', '7', '1000', 'order.*', '#', 'a.b.c', '{}', '{"a": 1}', 'queue-9', 'kill order-service at 5s for 2s', '💥', '<b>'.repeat(20), '99999999999999999999'];
const keys = ['Enter', ' ', 'Escape', 'Delete', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', '.', ',', 'n', 'c', 't', 'k', 'F2', '+', '-', '!', '?', 'ContextMenu'];
const commands = ['z', 'Z', 'a', 'd', 'x', 'k', '0'];
const told = [];
// What kept the page busy longest: for whoever wonders why it takes so long.
let slowest = { took: 0 };

const deeds = {
  click() {
    const target = one(all(`${within()}button, ${within()}summary, ${within()}[role=button]`).filter((e) => !e.disabled && harmless(e)));
    if (target) {
      target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1, ctrlKey: random() < 0.2 }));
      if (target.localName === 'summary') target.parentElement.open = !target.parentElement.open;
      return target.id || target.dataset.command || target.getAttribute('aria-label') || target.textContent;
    }
  },
  type() {
    const field = one(all(`${within()}input:not([type=file]):not([type=range]):not([type=checkbox]), ${within()}textarea`));
    if (!field) return;
    field.focus();
    field.value = one(words);
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    if (random() < 0.7) field.dispatchEvent(new Event('change', { bubbles: true }));
    const value = field.value;
    if (field.id === 'in-place') field.dispatchEvent(new KeyboardEvent('keydown', { key: one(['Enter', 'Escape']), bubbles: true }));
    return `${field.id} ${value}`;
  },
  choose() {
    const list = one(all(`${within()}select`).filter((e) => e.options.length));
    if (!list) return;
    list.selectedIndex = below(list.options.length);
    list.dispatchEvent(new Event('change', { bubbles: true }));
    return `${list.id} ${list.value}`;
  },
  check() {
    const box = one(all(`${within()}input[type=checkbox]`));
    if (box) box.click();
    return box?.id;
  },
  seek() {
    const scrubber = document.querySelector('#scrubber');
    if (!scrubber || within()) return;
    scrubber.value = random() * scrubber.max;
    scrubber.dispatchEvent(new InputEvent('input', { bubbles: true }));
    return scrubber.value;
  },
  key() {
    const target = random() < 0.5 ? one(all('.node')) ?? document.body : document.activeElement ?? document.body;
    const command = random() < 0.3;
    const key = command ? one(commands) : one(keys);
    target.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey: command, shiftKey: key === 'Z', bubbles: true, cancelable: true }));
    return `${command ? 'Ctrl+' : ''}${key}`;
  },
  drag() {
    const drawing = document.querySelector('.drawing');
    if (!drawing || within()) return;
    const from = one([...all('.node'), ...all('.port'), drawing]);
    const box = from.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const end = random() < 0.5 ? one(all('.node')) ?? drawing : drawing;
    const goal = end.getBoundingClientRect();
    const [X, Y] = [goal.left + goal.width * random(), goal.top + goal.height * random()];
    pointer(from, 'pointerdown', x, y, { button: 0, shiftKey: random() < 0.2 });
    for (const part of [0.3, 0.7, 1]) pointer(drawing, 'pointermove', x + (X - x) * part, y + (Y - y) * part);
    pointer(drawing, random() < 0.95 ? 'pointerup' : 'pointercancel', X, Y);
    return from.getAttribute('aria-label');
  },
  menu() {
    const node = one(all('.node'));
    if (!node || within()) return;
    const box = node.getBoundingClientRect();
    node.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: box.left, clientY: box.top }));
    return node.getAttribute('aria-label');
  },
  wheel() {
    document.querySelector('.drawing')?.dispatchEvent(new WheelEvent('wheel', { deltaY: random() * 400 - 200, clientX: 600, clientY: 300, bubbles: true, cancelable: true }));
  },
  paste() {
    const data = new DataTransfer();
    data.setData('text/plain', random() < 0.5 ? requeue.copied() : one(words));
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  },
};
const weighted = ['click', 'click', 'click', 'click', 'type', 'type', 'choose', 'check', 'seek', 'key', 'key', 'key', 'drag', 'drag', 'menu', 'wheel', 'paste'];
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

(async () => {
  for (let action = 0; action < actions; action++) {
    const deed = one(weighted);
    const begun = performance.now();
    told.push(`${action} ${deed} ${deeds[deed]() ?? ''}`);
    if (told.length > 12) told.shift();
    await pause();
    const took = performance.now() - begun;
    if (took > slowest.took) slowest = { took, deed: told.at(-1) };
    if (document.querySelector('#broken')) return done({ broken: document.querySelector('#broken').textContent, told });
    // Nobody sits before a dialog for ever, nor watches a world that is full.
    const dialog = document.querySelector('dialog[open]');
    if (dialog && random() < 0.3) dialog.close();
    if (action % 500 === 499) document.querySelector('#restart')?.click();
  }
  document.querySelector('dialog[open]')?.close();
  await pause();
  if (document.querySelector('#play')?.getAttribute('aria-label') === 'Pause') document.querySelector('#play').click();
  await pause();
  if (!document.querySelector('#ledger')) document.querySelector('#shelf-ledger').click();
  await pause();
  const ledger = document.querySelector('#ledger').textContent;
  let undone = 0;
  while (!document.querySelector('#undo').disabled && undone < 20000) {
    // A step that would destroy messages asks first.
    (document.querySelector('#step-anyway') ?? document.querySelector('#undo')).click();
    undone++;
    await pause();
  }
  done({ ledger, undone, told, slowest, broken: document.querySelector('#broken')?.textContent ?? null });
})().catch((error) => done({ broken: `the monkey itself: ${error.stack}`, told }));
