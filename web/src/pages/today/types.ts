import type { StateType } from '../matters/types';

/** Today as the API gives it. */
export type Decision = {
  id: string;
  title: string;
  titleEn: string;
  basis: string;
  basisEn: string;
  consequence: string;
  consequenceEn: string;
  deadline: { at: string; light: 'green' | 'yellow' | 'red' | 'none'; text: string; textEn: string };
  link: { text: string; textEn: string; href: string };
  action: { text: string; textEn: string; href?: string; method?: string; path?: string; ids?: string[]; confirm?: string };
};
export type TargetLine = { item: string; name: string; unit: string; toDate: string; target: string; gap: string; change: string; rest: string; probability: string; weeks: (number | null)[] | null };
export type Today = {
  clock: string;
  date: string;
  dayOfYear: number;
  sentences: string[];
  sentencesEn: string[];
  decisions: Decision[];
  more: number;
  targets: TargetLine[];
  targetsNote: string;
  night: { at: string; text: string; sub: string; state: string; type: StateType; href: string }[];
  nightFrom: string;
  nightTotal: number;
  scope: string;
};
