import { useEffect, useRef } from 'react';
import type { EChartsCoreOption, EChartsType } from '../lib/echarts';

type Props = {
  option: EChartsCoreOption;
  height: number | string;
  label: string;
  /** Called with the index on the category axis under the pointer, or null when it leaves. */
  onPoint?: (index: number | null) => void;
  onClickIndex?: (index: number) => void;
};

/** A chart. ECharts loads when the first chart is drawn; data-ready is set when it has been painted. */
export function Chart({ option, height, label, onPoint, onClickIndex }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const inst = useRef<EChartsType | null>(null);
  const latest = useRef({ option, onPoint, onClickIndex });
  latest.current = { option, onPoint, onClickIndex };

  useEffect(() => {
    const el = box.current;
    if (!el) return;
    let gone = false;
    let watch: ResizeObserver | null = null;
    void import('../lib/echarts').then(({ init }) => {
      if (gone) return;
      const c = init(el, null, { renderer: 'canvas' });
      inst.current = c;
      c.on('finished', () => el.setAttribute('data-ready', 'true'));
      c.on('updateAxisPointer', (e) => {
        const axes = (e as { axesInfo?: { value: number }[] }).axesInfo;
        latest.current.onPoint?.(axes && axes.length > 0 ? (axes[0]?.value ?? null) : null);
      });
      c.on('globalout', () => latest.current.onPoint?.(null));
      c.setOption(latest.current.option, { notMerge: true });
      watch = new ResizeObserver(() => c.resize());
      watch.observe(el);
    });
    return () => {
      gone = true;
      watch?.disconnect();
      inst.current?.dispose();
      inst.current = null;
    };
  }, []);

  useEffect(() => {
    inst.current?.setOption(option, { notMerge: true });
  }, [option]);

  return <div ref={box} className="chart" style={{ height }} role="img" aria-label={label} data-chart="" />;
}
