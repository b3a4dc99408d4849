// A classic script in the head, not a module: it must run before the first paint, or a dark page would flash white.
{
  const key = 'kafka-ml-theme';
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');

  const stored = (): string | null => {
    try {
      return localStorage.getItem(key);
    } catch {
      // Storage can be forbidden; then the choice lasts as long as the page, and the system's scheme comes first.
      return null;
    }
  };

  const store = (theme: string): void => {
    try {
      localStorage.setItem(key, theme);
    } catch {
      root.dataset.themeChosen = theme;
    }
  };

  /** On paper it is light, whatever it is on the screen: what is drawn on a canvas would be light on white otherwise. */
  let printing = false;

  const apply = (): void => {
    const chosen = printing ? 'light' : (root.dataset.themeChosen ?? stored());
    const theme = chosen === 'dark' || chosen === 'light' ? chosen : system.matches ? 'dark' : 'light';
    root.dataset.theme = theme;
    const button = document.getElementById('theme');
    if (button !== null) button.textContent = theme === 'dark' ? 'Light' : 'Dark';
    if (button !== null) button.title = `Switch to the ${theme === 'dark' ? 'light' : 'dark'} theme`;
    document.dispatchEvent(new Event('themechange'));
  };

  system.addEventListener('change', apply);
  for (const [event, begins] of [
    ['beforeprint', true],
    ['afterprint', false],
  ] as const) {
    window.addEventListener(event, () => {
      printing = begins;
      apply();
    });
  }
  document.addEventListener('DOMContentLoaded', () => {
    apply();
    document.getElementById('theme')?.addEventListener('click', () => {
      store(root.dataset.theme === 'dark' ? 'light' : 'dark');
      apply();
    });
  });
  apply();
}
