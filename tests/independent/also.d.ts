// The types that payloads are held against: those of @slack/types, without its `AnyBlock`, which allows every block.
// What Slack has and @slack/types 3.2.0 lacks stands here, one type each, with its page of Slack's reference.
import type { HomeView, KnownBlock, ModalView } from "@slack/types";

type Block = KnownBlock | DataVisualization;

// https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
interface DataVisualization {
  type: "data_visualization";
  block_id?: string;
  title: string;
  chart: AxisChart | PieChart;
}

interface AxisChart {
  type: "line" | "bar" | "area";
  series: { name: string; data: { label: string; value: number }[] }[];
  axis_config: { categories: string[]; x_label?: string; y_label?: string };
}

interface PieChart {
  type: "pie";
  segments: { label: string; value: number }[];
}

export type Blocks = Block[];
export type Modal = Omit<ModalView, "blocks"> & { blocks: Block[] };
export type Home = Omit<HomeView, "blocks"> & { blocks: Block[] };
