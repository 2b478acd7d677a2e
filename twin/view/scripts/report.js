// The table of runs: filled from the page's own data, sorted by a click on a heading, filtered by verdict and text.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const section = document.getElementById('runs');
  const FIRST = 200;
  const word = (row) => (row.status === 'done' ? { pass: 'passed', fail: 'failed', none: 'not judged' }[row.verdict] : row.status);
  const kind = (row) => (row.status === 'done' ? row.verdict : 'stopped');
  const tidy = (value) => (typeof value !== 'number' ? value ?? '–' : Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4))));
  const unit = (name) => (data.units[name] && data.units[name] !== '1' ? ` [${data.units[name]}]` : '');
  const columns = [
    { name: 'run', get: (row) => row.index, number: true },
    { name: 'verdict', get: word },
    ...data.swept.map((path) => ({ name: path.split('.').slice(-3).join('.') + unit(path), title: path, get: (row) => row.values[path], number: true })),
    ...data.scalars.map((name) => ({ name: name.replaceAll('_', ' ') + unit(name), get: (row) => row.scalars[name], number: true })),
    { name: 'reason', get: (row) => row.reason ?? '' },
    { name: 'id', get: (row) => row.id },
  ];
  const state = { sort: 0, down: false, verdict: 'all', text: '', all: false };
  const make = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  function chosen() {
    const text = state.text.toLowerCase();
    const rows = data.rows.filter((row) => (state.verdict === 'all' || kind(row) === state.verdict) && (!text || columns.some((c) => String(c.get(row) ?? '').toLowerCase().includes(text))));
    const { get } = columns[state.sort];
    const order = (a, b) => {
      const [x, y] = [get(a), get(b)];
      if (x == null || y == null) return (x == null) - (y == null); // what was not measured stays last, either way
      return (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y))) * (state.down ? -1 : 1);
    };
    return rows.sort(order);
  }

  function cell(column, row) {
    if (column.name === 'verdict') return make('td', {}, make('span', { className: `verdict ${kind(row)}`, textContent: word(row) }));
    const text = tidy(column.get(row));
    return make('td', { className: column.number ? 'n' : column.name === 'id' ? 'mono' : '', textContent: column.name === 'id' ? text.slice(0, 12) : text, title: column.name === 'id' ? text : '' });
  }

  function draw() {
    const rows = chosen();
    const shown = state.all ? rows : rows.slice(0, FIRST);
    section.querySelector('tbody').replaceChildren(...shown.map((row) => make('tr', {}, ...columns.map((column) => cell(column, row)))));
    section.querySelectorAll('th').forEach((th, i) => th.setAttribute('aria-sort', i !== state.sort ? 'none' : state.down ? 'descending' : 'ascending'));
    section.querySelectorAll('.filters button').forEach((button) => button.setAttribute('aria-pressed', button.value === state.verdict));
    document.getElementById('shown').textContent = `${shown.length} of ${data.rows.length} runs`;
    document.getElementById('more').hidden = shown.length === rows.length;
  }

  function sortBy(i) {
    state.down = state.sort === i && !state.down;
    state.sort = i;
    draw();
  }

  const headings = columns.map((column, i) =>
    make('th', { className: column.number ? 'n' : '', title: column.title ?? '', scope: 'col' }, make('button', { type: 'button', textContent: column.name, onclick: () => sortBy(i) })),
  );
  section.querySelector('thead').append(make('tr', {}, ...headings));
  const names = { all: 'All', pass: 'Passed', fail: 'Failed', stopped: 'Stopped', none: 'Not judged' };
  for (const [value, name] of Object.entries(names)) {
    const count = value === 'all' ? data.rows.length : data.rows.filter((row) => kind(row) === value).length;
    const pick = () => ((state.verdict = value), draw());
    if (count) section.querySelector('.filters').append(make('button', { type: 'button', value, onclick: pick }, name, make('small', { textContent: count })));
  }
  section.querySelector('input').addEventListener('input', (event) => ((state.text = event.target.value), draw()));
  document.getElementById('more').addEventListener('click', () => ((state.all = true), draw()));
  window.addEventListener('beforeprint', () => ((state.all = true), draw()));

  const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ''));
  const exports = {
    json: () => JSON.stringify(data, null, 1),
    csv: () => [columns.map((c) => quoted(c.title ?? c.name)), ...chosen().map((row) => columns.map((c) => quoted(c.get(row) ?? '')))].map((line) => line.join(',')).join('\n'),
  };
  for (const button of section.querySelectorAll('[data-download]')) {
    button.addEventListener('click', () => {
      const type = button.dataset.download;
      const link = make('a', { href: URL.createObjectURL(new Blob([exports[type]()])), download: `${data.summary.batch ?? 'batch'}.${type}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  document.getElementById('theme').addEventListener('click', () => {
    const root = document.documentElement;
    const dark = (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
    root.dataset.theme = dark ? 'light' : 'dark';
    window.dispatchEvent(new Event('twin-theme'));
  });
  draw();
})();
