// What a dashboard's JSON may be: Grafana's published types, joined for the panels we use.
import type {
  AnnotationQuery, Dashboard, DataQuery, FieldConfig, FieldConfigSource, Panel, RowPanel, VariableModel,
} from '@grafana/schema';
import type * as barchart from '@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen';
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as histogram from '@grafana/schema/dist/esm/raw/composable/histogram/panelcfg/x/HistogramPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// JSON has the values of enums, not their names.
type Json<T> = T extends string ? `${T}` : T extends number ? `${T}` extends `${infer N extends number}` ? N : T
  : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

// Grafana's types leave queries to the data sources' plugins, which publish none: these are of its Prometheus plugin.
interface PrometheusQuery extends DataQuery {
  expr: string;
  editorMode?: 'code' | 'builder';
  format?: 'time_series' | 'table' | 'heatmap';
  instant?: boolean;
  interval?: string;
  legendFormat?: string;
  range?: boolean;
}

interface PrometheusAnnotation extends Omit<AnnotationQuery<PrometheusQuery>, 'filter'> {
  tagKeys?: string;
  textFormat?: string;
  titleFormat?: string;
  useValueForTime?: boolean;
}

interface PrometheusVariable extends Omit<VariableModel, 'query'> {
  query: string | { query: string; refId: string };
}

// Grafana's Panel leaves options and custom fields to the panel's type; here each type has its own.
type Typed<Type extends string, Options, Custom> = Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Type;
  title: string;
  description: string;
  options: Options;
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & { defaults: Omit<FieldConfig, 'custom'> & { custom?: Custom } };
  targets: PrometheusQuery[];
};

type AnyPanel =
  | (Omit<RowPanel, 'type'> & { type: 'row' })
  | Typed<'barchart', barchart.Options, barchart.FieldConfig>
  | Typed<'bargauge', bargauge.Options, never>
  | Typed<'heatmap', heatmap.Options, heatmap.FieldConfig>
  | Typed<'histogram', histogram.Options, histogram.FieldConfig>
  | Typed<'stat', stat.Options, never>
  | Typed<'table', table.Options, table.FieldConfig>
  | Typed<'timeseries', timeseries.Options, timeseries.FieldConfig>;

export type DashboardFile = Json<
  Omit<Dashboard, 'panels' | 'annotations' | 'templating'> & {
    annotations: { list: PrometheusAnnotation[] };
    panels: AnyPanel[];
    templating: { list: PrometheusVariable[] };
  }
>;
