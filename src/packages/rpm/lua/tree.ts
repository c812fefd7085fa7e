/** A Lua chunk as a tree. Each node that can fail knows its line, counted from 1. */
export type Expression =
  | { readonly type: "nil" | "true" | "false" | "varargs" }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "name"; readonly name: string; readonly line: number }
  | {
      readonly type: "index";
      readonly object: Expression;
      readonly key: Expression;
      readonly line: number;
    }
  | CallExpression
  | { readonly type: "function"; readonly body: FunctionBody }
  | {
      readonly type: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly type: "unary";
      readonly operator: string;
      readonly operand: Expression;
      readonly line: number;
    }
  /** In parentheses: of several values only the first. */
  | { readonly type: "single"; readonly inner: Expression }
  | { readonly type: "table"; readonly fields: readonly TableField[]; readonly line: number };

export interface CallExpression {
  readonly type: "call";
  readonly callee: Expression;
  /** `object:method(…)`: the object is the first argument. */
  readonly method?: string;
  readonly args: readonly Expression[];
  readonly line: number;
}

/** Absent: the next number. */
export interface TableField {
  readonly key?: Expression;
  readonly value: Expression;
}

export interface FunctionBody {
  readonly parameters: readonly string[];
  readonly hasVarargs: boolean;
  readonly block: Block;
  readonly name: string;
}

export type Block = readonly Statement[];

export type Statement = { readonly line: number } & (
  | {
      readonly type: "local";
      readonly names: readonly string[];
      readonly values: readonly Expression[];
    }
  | {
      readonly type: "assign";
      readonly targets: readonly Expression[];
      readonly values: readonly Expression[];
    }
  | { readonly type: "call"; readonly call: CallExpression }
  | { readonly type: "do"; readonly block: Block }
  | { readonly type: "while"; readonly condition: Expression; readonly block: Block }
  | { readonly type: "repeat"; readonly condition: Expression; readonly block: Block }
  | { readonly type: "if"; readonly branches: readonly Branch[]; readonly otherwise?: Block }
  | {
      readonly type: "count";
      readonly name: string;
      readonly from: Expression;
      readonly to: Expression;
      readonly step?: Expression;
      readonly block: Block;
    }
  | {
      readonly type: "for";
      readonly names: readonly string[];
      readonly values: readonly Expression[];
      readonly block: Block;
    }
  | { readonly type: "local-function"; readonly name: string; readonly body: FunctionBody }
  | { readonly type: "return"; readonly values: readonly Expression[] }
  | { readonly type: "break" }
);

export interface Branch {
  readonly condition: Expression;
  readonly block: Block;
}
