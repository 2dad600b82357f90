import { make } from './dom.ts';
import { naturalOrder } from './format.ts';
import type { Cell, Row } from './table.ts';

/** Lets people sort a table by a column: a click on its head sorts, another one turns the order round. */
export class Sorting {
  #column: number;
  #down = false;

  constructor(
    private readonly table: HTMLTableElement,
    private readonly changed: () => void,
    column = 0,
  ) {
    this.#column = column;
    this.#heads().forEach((head, i) => {
      const button = make('button', 'sort', head.textContent ?? '');
      button.type = 'button';
      button.addEventListener('click', () => this.#choose(i));
      head.replaceChildren(button);
    });
    this.#mark();
  }

  /** The rows in the order that was chosen; equal ones in the order of the first column. */
  apply(rows: readonly Row[]): Row[] {
    const sign = this.#down ? -1 : 1;
    return [...rows].sort((a, b) => sign * compareCells(a.cells[this.#column], b.cells[this.#column]) || compareCells(a.cells[0], b.cells[0]));
  }

  #choose(column: number): void {
    // Of numbers the large ones are of interest, of names the first.
    this.#down = column === this.#column ? !this.#down : this.#heads()[column]!.classList.contains('number');
    this.#column = column;
    this.#mark();
    this.changed();
  }

  #mark(): void {
    this.#heads().forEach((head, i) => {
      if (i === this.#column) head.setAttribute('aria-sort', this.#down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
  }

  #heads(): HTMLTableCellElement[] {
    return [...(this.table.tHead?.rows[0]?.cells ?? [])];
  }
}

export function compareCells(a: Cell | undefined, b: Cell | undefined): number {
  if (a?.sort !== undefined && b?.sort !== undefined) return a.sort - b.sort;
  return naturalOrder(a?.text ?? '', b?.text ?? '');
}

/** The rows in which some cell has every word of the filter, in any case. */
export function matching(rows: readonly Row[], filter: string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(word => word !== '');
  if (words.length === 0) return rows;
  return rows.filter(row => words.every(word => row.cells.some(cell => cell.text.toLowerCase().includes(word))));
}
