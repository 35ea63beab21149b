import { useParam } from '../../lib/router';
import { useT } from '../../i18n';
import { PageHead } from '../../components/PageHead';
import { DropZone } from './DropZone';
import { ImportDetail } from './ImportDetail';
import { ImportHistory } from './ImportHistory';

/** 导入: drop a file, see what would happen, then let it happen. */
export default function ImportPage() {
  const { t } = useT();
  const [id, setId] = useParam('id');
  return (
    <div className="page">
      <PageHead title={t('im.title')} question={t('im.question')} />
      {id ? <ImportDetail id={id} onLeave={() => setId('')} /> : <DropZone onUploaded={setId} />}
      <ImportHistory current={id} onOpen={setId} />
    </div>
  );
}
