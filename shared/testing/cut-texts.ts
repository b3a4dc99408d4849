import type { Page } from 'playwright-core';

/** What must be read whole: headings, figures and what they are called, states, and what is pressed. */
const whole = `h1, h2, h3, dt, th, kbd, button, summary, .figure .value, .number, .now, .badge, .badges > li, .legend li,
  .checks li, .signals-verdict, .signals-told .sentence, .fault-state, .name:not(.topic *)`;

/** Headings, figures and names of a page that are cut as it is now, and whatever makes it wider than its window. */
export async function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const clips = (element) => ['hidden', 'clip'].includes(getComputedStyle(element).overflowX);
    const isCut = (element) => {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.unseen, svg')) return false;
      if (getComputedStyle(element).display !== 'inline' && clips(element)) {
        return element.scrollWidth > element.clientWidth + 1;
      }
      const { left, right, width } = element.getBoundingClientRect();
      if (width < 2) return false;
      let around = element.parentElement;
      // What lies in a part that scrolls by itself can be brought into sight.
      while (around !== null && getComputedStyle(around).overflowX === 'visible') around = around.parentElement;
      if (around === null || !clips(around)) return false;
      // What lies beyond it altogether is left out, as rows are for which there is no whole room.
      const edge = around.getBoundingClientRect().right;
      return left < edge && right > edge + 1;
    };
    const said = (element) => element.localName + '.' + element.className + ' ' + element.textContent.trim().slice(0, 80);
    const tooWide = [...document.querySelectorAll('body *')].filter((element) =>
      document.documentElement.scrollWidth > innerWidth && element.checkVisibility()
        && element.getBoundingClientRect().right > innerWidth + 1);
    return [...new Set([...document.querySelectorAll(${JSON.stringify(whole)})].filter(isCut).concat(tooWide))].map(said);
  })()`);
}

/** What of a demo's board is not in sight, as it is now: it scrolls, or ends below the window. */
export async function boardBeyondSight(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const board = document.getElementById('board');
    const { bottom } = board.getBoundingClientRect();
    return [
      ...(bottom > innerHeight ? ['it ends ' + Math.round(bottom - innerHeight) + ' px below the window'] : []),
      ...(board.scrollHeight > board.clientHeight + 1
        ? ['it is ' + (board.scrollHeight - board.clientHeight) + ' px higher than the room for it'] : []),
      ...(board.scrollWidth > board.clientWidth + 1
        ? ['it is ' + (board.scrollWidth - board.clientWidth) + ' px wider than the room for it'] : []),
    ];
  })()`);
}
