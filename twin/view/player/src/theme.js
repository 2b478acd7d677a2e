// Light or dark: what the system says, unless the reader switched.
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = [];

export const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';

export function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  for (const listener of listeners) listener();
}

export function onTheme(listener) {
  listeners.push(listener);
  system.addEventListener('change', listener);
}

export function palette(root) {
  const style = getComputedStyle(root);
  const color = (name) => style.getPropertyValue(name).trim();
  return { dark: isDark(), backdrop: color('--backdrop'), grid: color('--grid'), alarm: color('--fail') };
}
