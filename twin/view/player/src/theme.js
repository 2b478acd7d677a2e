// Light or dark: what the system says, unless the reader switched.
const system = window.matchMedia('(prefers-color-scheme: dark)');
export const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';

export function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  window.dispatchEvent(new Event('twin-theme')); // a report's own switch says the same
}

export function onTheme(listener) {
  window.addEventListener('twin-theme', listener);
  system.addEventListener('change', listener);
}

export function palette(root) {
  const style = getComputedStyle(root);
  const color = (name) => style.getPropertyValue(name).trim();
  return { dark: isDark(), backdrop: color('--backdrop'), grid: color('--grid'), alarm: color('--fail') };
}
