/** Items as the app makes them; tests change what they are about. */
import type { Item, MoveBody, ReportBody } from './types';

const blank = { account: '7', accountName: '演示·网', order: 0, state: 'draft', madeAt: '2026-08-28T08:00:00+08:00', title: '秸秆', place: '西大村北地', files: [], attempts: 0, nextAt: 0, turn: 0, fault: null, clash: null, receipt: null } as const;

export function report(id = 'r1', more: Partial<ReportBody> = {}): Item {
  const body: ReportBody = { type: 'report', kind: 'grid', category: 'straw', description: '', region: '410727100000', place: '西大村北地', cell: '', site: '', spot: null, foundAt: '2026-08-28T07:51:00+08:00', ...more };
  return { ...blank, id, files: [], body };
}

export function move(id = 'm1', matter = '7', more: Partial<MoveBody> = {}): Item {
  const body: MoveBody = { type: 'move', matter, number: '网格-2026-0001', version: 3, seq: 3, state: '办理中', transition: 'submit', name: '报结', act: 'do', to: 'submitted', fields: {}, opinion: '', after: '', ...more };
  return { ...blank, id, files: [], body };
}
