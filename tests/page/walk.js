// A walk by keyboard alone: it presses, once each, every button that the keyboard reaches, and looks where the keyboard is afterwards.
// Runs as the body of an asynchronous script: arguments are the words of commands to run first, how many steps, and the callback.
const [commands, most, done] = arguments;
// Another document, a file or another page is no place to walk on.
const leads_away = /^(new|replace|save-first|open-file|written-open|written-save|progress-save|solution|sandbox)$/;
const is_here = (e) =>
  !e.matches(':disabled') && e.checkVisibility() && e.getClientRects().length > 0 && !leads_away.test(e.id) &&
  !e.closest('[data-exhibit], [data-lesson], [data-lesson-link], [data-link], [type=file], .files, a[href]') &&
  !/New scenario|Save|Picture|Open the/.test(e.dataset.command ?? '');
// Tab comes only here; what has a negative index is reached by arrows, in the canvas and in tabs.
const reached = () => {
  const within = document.querySelector('dialog[open]') ?? document;
  const css = 'button, summary, [role=button], [role=tab], input[type=checkbox], input[type=radio]';
  return [...within.querySelectorAll(css)].filter((e) => is_here(e) && (e.tabIndex >= 0 || e.matches('.node, .wire, [role=tab]')));
};
const called = (e) => {
  const area = e.closest('dialog, header, .rail, .drawer, #stage, .notices, .shelf, .bar, section');
  const words = e.id && !/^(node|line)-/.test(e.id) ? '#' + e.id : e.getAttribute('aria-label') ?? e.textContent;
  return `${area?.className || area?.id || area?.localName} | ${words.trim().replace(/\d+/g, '0').slice(0, 60)}`;
};
const frames = () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(next, 60))));
// The colour that an element stands on, or has itself, as it is painted.
const painted = (() => {
  const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  return (colours) => {
    brush.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
})();
const under = (e) => {
  const colours = [];
  for (let one = e; one; one = one.parentElement) colours.unshift(getComputedStyle(one).backgroundColor);
  return painted(['white', ...colours]);
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
  return (more + 0.05) / (less + 0.05);
};
// A ring within an element lies on its own fill, one around it on what is beneath.
const stands_out = (e, style) => contrast(painted([style.outlineColor]), under(parseFloat(style.outlineOffset) < 0 ? e : e.parentElement)) >= 3;
// Wide enough to be seen, and of another colour than what it lies on: the outline of an element or of what is drawn before it, the stroke of a shape, or the border of a field.
const is_seen = (e) => {
  const outline = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && stands_out(e, style);
  const stroke = (shape) => shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 3;
  return outline(getComputedStyle(e)) || outline(getComputedStyle(e, '::before')) || e.matches('.node, .power, .wire') && stroke(e.querySelector('.box, .target, .edge')) ||
    e.id === 'in-place';
};
const press = (e, key, more) => e.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
const faults = [];
// What is fetched first, as another lesson is, takes the keyboard when it is there.
const look = async (after) => {
  for (let wait = 0; wait < 20 && document.activeElement === document.body; wait += 1) await frames();
  const here = document.activeElement;
  if (!here || here === document.body) faults.push(`nothing has the keyboard after ${after}`);
  else if (here.matches('.power')) faults.push(`a switch has the keyboard after ${after}`);
  else if (!here.matches('dialog') && !is_seen(here)) faults.push(`the keyboard at ${called(here)} is not seen, after ${after}`);
};
(async () => {
  for (const words of commands) {
    press(document.activeElement, 'k', { ctrlKey: true });
    await frames();
    const query = document.querySelector('#query');
    query.value = words;
    query.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await frames();
    press(query, 'Enter');
    await frames();
    await look(`the command ${words}`);
  }
  const known = new Set();
  let steps = 0;
  for (; steps < most; steps += 1) {
    const next = reached().find((e) => !known.has(called(e)));
    if (!next) {
      // A dialog is gone through; then what lies beneath it.
      const dialog = document.querySelector('dialog[open]');
      if (!dialog) break;
      dialog.close();
      await frames();
      await look('Escape in a dialog');
      continue;
    }
    const name = called(next);
    known.add(name);
    next.focus();
    if (document.activeElement !== next) continue;
    if (!is_seen(next)) faults.push(`the keyboard at ${name} is not seen`);
    if (next.matches('.node, .wire, .power')) press(next, 'Enter');
    else next.click();
    await frames();
    await look(name);
    // As a person would go on: from where the keyboard is.
    if (document.activeElement === document.body) (document.querySelector('#play') ?? document.querySelector('button')).focus();
  }
  done({ faults: [...new Set(faults)], steps, known: [...known] });
})();
