import { lazy, Suspense } from 'react';
import { Waiting } from '../../components/States';
import { useLocation } from '../../lib/router';
import { MatterDesk } from './MatterDesk';

const MatterPage = lazy(() => import('./MatterPage'));
const NewMatter = lazy(() => import('./NewMatter'));
const Kinds = lazy(() => import('./Kinds'));

/** 事项: the desk, one matter, a new one, or the processes as drawn from their data. */
export default function MattersPage() {
  const { path } = useLocation();
  const rest = path.slice('/matters'.length).replace(/^\//, '');
  if (rest === '') return <MatterDesk />;
  return (
    <Suspense fallback={<div className="page"><Waiting height={300} /></div>}>
      {rest === 'new' ? <NewMatter /> : rest === 'kinds' ? <Kinds /> : <MatterPage key={rest} id={rest} />}
    </Suspense>
  );
}
