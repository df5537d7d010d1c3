/** Theme is a choice of light or dark; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const key = 'shouwang.theme';

/** storedTheme is the choice made on this screen before. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return stored === 'light' || stored === 'dark' ? stored : 'auto';
  } catch {
    return 'auto';
  }
}

/** applyTheme shows the page in a theme and keeps the choice. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // The choice then lasts until the page is closed.
  }
}
