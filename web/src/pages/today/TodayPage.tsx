import { Button, Popconfirm } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { send, type Problem } from '../../api/client';
import { useApi, usePageQuery } from '../../api/hooks';
import { Card } from '../../components/Card';
import { Link } from '../../components/Link';
import { PageHead } from '../../components/PageHead';
import { Rich } from '../../components/Rich';
import { ActionError, Empty, Failed, Waiting } from '../../components/States';
import { useT } from '../../i18n';
import { day, minute, weekday } from '../../lib/format';
import { carry, navigate, useLocation } from '../../lib/router';
import { StateChip } from '../matters/parts';
import { TargetLines } from './TargetLines';
import type { Decision, Today } from './types';

/** 今日: one sentence, at most seven decisions, then the state of the day. */
export default function TodayPage() {
  const { t, lang } = useT();
  const { region } = usePageQuery();
  const r = useApi<Today>('/today', { region }, { refetchMs: 60_000 });
  const sentences = (lang === 'en' ? r.data?.sentencesEn : r.data?.sentences) ?? [];
  return (
    <div className="page today">
      <PageHead
        title={t('nav.today')}
        question={t('td.question')}
        acts={r.data && <span className="note">{`${day(r.data.date, lang)} ${weekday(r.data.date, lang)} · ${t('td.dayOfYear', { n: r.data.dayOfYear })}`}</span>}
      />
      <div>{sentences.map((s) => <p key={s} className="answer" data-testid="answer"><Rich text={s} bold /></p>)}</div>
      {r.error && !r.data ? <Failed error={r.error} retry={() => void r.refetch()} /> : !r.data ? <Waiting height={420} /> : (
        <>
          <Decisions data={r.data} />
          <div className={r.data.targets.length > 0 ? 'today-two' : undefined}>
            {r.data.targets.length > 0 && (
              <Card title={t('td.targets')} note={r.data.targetsNote} right={<Link href="/targets">{t('td.seeTargets')}</Link>} flush><TargetLines rows={r.data.targets} /></Card>
            )}
            <Night data={r.data} />
          </div>
        </>
      )}
    </div>
  );
}

function Decisions({ data }: { data: Today }) {
  const { t } = useT();
  return (
    <section className="card decisions" data-testid="decisions">
      <div className="decision head">
        <span><b>{t('td.decide')}</b> <span className="chip info">{data.decisions.length}</span></span>
        <span className="note">{t('td.consequence')}</span>
        <span className="note">{t('td.deadline')}</span>
        <span className="acts">{data.more > 0 && <Link href="/matters?holder=me">{t('td.more', { n: data.more })}</Link>}</span>
      </div>
      {data.decisions.length === 0 && <Empty title={t('td.none')}>{t('td.noneHelp')}</Empty>}
      <ol>{data.decisions.map((d, i) => <Line key={d.id} d={d} n={i + 1} />)}</ol>
    </section>
  );
}

type Result = { items: { id: string; ok: boolean; message?: string }[] };

function Line({ d, n }: { d: Decision; n: number }) {
  const { t, lang } = useT();
  const { search } = useLocation();
  const client = useQueryClient();
  const en = lang === 'en';
  const act = useMutation<Result, Problem, void>({
    mutationFn: () => send<Result>(d.action.method as 'POST', d.action.path ?? '', { ids: d.action.ids ?? [] }),
    onSuccess: () => void client.invalidateQueries({ predicate: (q) => ['/today', '/matters'].some((p) => String(q.queryKey[0]).startsWith(p)) }),
  });
  const bad = act.data?.items.filter((x) => !x.ok) ?? [];
  const go = () => (d.action.href ? navigate(carry(d.action.href, search)) : act.mutate());
  const name = en ? d.action.textEn : d.action.text;
  const button = <Button size="small" type={n === 1 ? 'primary' : 'default'} loading={act.isPending} onClick={d.action.confirm ? undefined : go}>{name}</Button>;
  return (
    <li className="decision">
      <span className="what">
        <span className="n">{n}</span>
        <span><b className="wrap-any">{en ? d.titleEn : d.title}</b><span className="note basis" title={en ? d.basisEn : d.basis}>{en ? d.basisEn : d.basis}</span></span>
      </span>
      <span className="then wrap-any" data-label={t('td.consequence')}>{en ? d.consequenceEn : d.consequence}</span>
      <span className={`until ${d.deadline.light === 'red' ? 'danger' : d.deadline.light === 'yellow' ? 'warn' : ''}`}><b>{minute(d.deadline.at, lang)}</b><span className="note nowrap left">{en ? d.deadline.textEn : d.deadline.text}</span></span>
      <span className="acts no-print">
        <Link href={d.link.href}>{en ? d.link.textEn : d.link.text}</Link>
        {d.action.confirm ? <Popconfirm title={d.action.confirm} okText={name} cancelText={t('do.cancel')} onConfirm={go}>{button}</Popconfirm> : button}
      </span>
      {act.data && <span className={bad.length > 0 ? 'banner warn' : 'banner done'} role="status">{[act.data.items.length > bad.length && t('td.done', { n: act.data.items.length - bad.length }), bad.length > 0 && t('td.failed', { n: bad.length, why: bad[0]?.message ?? '' })].filter(Boolean).join('，')}</span>}
      {act.error && <ActionError error={act.error} />}
    </li>
  );
}

function Night({ data }: { data: Today }) {
  const { t, lang } = useT();
  return (
    <Card title={t('td.night')} note={t('td.since', { at: minute(data.nightFrom, lang) })} right={data.nightTotal > 0 && <Link href="/matters?sort=opened">{t('td.all', { n: data.nightTotal })}</Link>} flush>
      {data.night.length === 0 && <Empty title={t('td.quiet')} />}
      <ul className="night">
        {data.night.map((x) => (
          <li key={x.href}>
            <span className="num note">{x.at.slice(11, 16)}</span>
            <span><Link href={x.href} className="ink">{x.text}</Link><span className="note wrap-any">{x.sub}</span></span>
            <StateChip state={{ id: '', name: x.state, type: x.type }} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
