/** Only the parts of ECharts that the charts use; the whole file is its own chunk. */
import { BarChart, LineChart } from 'echarts/charts';
import { AxisPointerComponent, GridComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent } from 'echarts/components';
import { init, use as register, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

register([LineChart, BarChart, GridComponent, TooltipComponent, AxisPointerComponent, MarkLineComponent, MarkAreaComponent, MarkPointComponent, CanvasRenderer]);

export { init };
export type { EChartsCoreOption, EChartsType };
