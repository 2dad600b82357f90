import { make, setText } from './dom.ts';

/** What one cell shows. Peers choose most of it, so it only ever becomes text. */
export interface Cell {
  readonly text: string;
  readonly title?: string;
  readonly className?: string;
  readonly href?: string;
  /** What the column is sorted by; the text when there is none. */
  readonly sort?: number;
}

export type Row = Readonly<{ key: string; cells: readonly Cell[] }>;

/**
 * Brings a table's body up to date in place: rows are found by key and cells change only where their text did, so that
 * focus, selection and scroll position outlive a refresh.
 */
export function updateRows(body: HTMLTableSectionElement, rows: readonly Row[]): void {
  const old = new Map([...body.rows].map(row => [row.dataset['key'] ?? '', row]));
  rows.forEach((row, index) => {
    let element = old.get(row.key);
    old.delete(row.key);
    if (element === undefined) {
      element = make('tr');
      element.dataset['key'] = row.key;
    }
    if (body.rows[index] !== element) body.insertBefore(element, body.rows[index] ?? null);
    updateCells(element, row.cells);
  });
  for (const gone of old.values()) gone.remove();
}

function updateCells(row: HTMLTableRowElement, cells: readonly Cell[]): void {
  cells.forEach((cell, index) => {
    const element = row.cells[index] ?? row.insertCell();
    if (element.className !== (cell.className ?? '')) element.className = cell.className ?? '';
    if (element.title !== (cell.title ?? '')) element.title = cell.title ?? '';
    if (cell.href === undefined) {
      setText(element, cell.text);
      return;
    }
    const link = element.querySelector('a') ?? element.appendChild(make('a'));
    if (link.href !== cell.href) link.href = cell.href;
    setText(link, cell.text);
  });
}
