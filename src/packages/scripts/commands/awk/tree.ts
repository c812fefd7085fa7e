/** What an assignment may change. */
export type AwkTarget =
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "element"; readonly array: string; readonly index: readonly AwkExpression[] }
  | { readonly type: "field"; readonly number: AwkExpression };

export type AwkExpression =
  | AwkTarget
  /** In parentheses: a value, which cannot be assigned to. */
  | { readonly type: "group"; readonly value: AwkExpression }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  /** Alone it is matched with the record. */
  | { readonly type: "regex"; readonly source: string }
  | { readonly type: "unary"; readonly operator: "!" | "-" | "+"; readonly operand: AwkExpression }
  | {
      readonly type: "binary";
      readonly operator: string;
      readonly left: AwkExpression;
      readonly right: AwkExpression;
    }
  | {
      readonly type: "match";
      readonly isNegated: boolean;
      readonly text: AwkExpression;
      readonly pattern: AwkExpression;
    }
  | { readonly type: "in"; readonly index: readonly AwkExpression[]; readonly array: string }
  | {
      readonly type: "condition";
      readonly test: AwkExpression;
      readonly yes: AwkExpression;
      readonly no: AwkExpression;
    }
  /** `=` or an arithmetic operator that it is joined with. */
  | {
      readonly type: "assign";
      readonly operator: string;
      readonly target: AwkTarget;
      readonly value: AwkExpression;
    }
  | {
      readonly type: "step";
      readonly by: 1 | -1;
      readonly isBefore: boolean;
      readonly target: AwkTarget;
    }
  | { readonly type: "call"; readonly name: string; readonly args: readonly AwkExpression[] }
  | {
      readonly type: "getline";
      readonly target: AwkTarget | undefined;
      readonly file: AwkExpression | undefined;
    };

export type AwkStatement =
  | { readonly type: "block"; readonly statements: readonly AwkStatement[] }
  | { readonly type: "expression"; readonly expression: AwkExpression }
  | {
      readonly type: "print";
      readonly isFormatted: boolean;
      readonly values: readonly AwkExpression[];
      readonly to:
        | { readonly file: AwkExpression; readonly access: "write" | "append" }
        | undefined;
    }
  | {
      readonly type: "if";
      readonly test: AwkExpression;
      readonly yes: AwkStatement;
      readonly no: AwkStatement | undefined;
    }
  | { readonly type: "while"; readonly test: AwkExpression; readonly body: AwkStatement }
  | { readonly type: "do"; readonly test: AwkExpression; readonly body: AwkStatement }
  | {
      readonly type: "for";
      readonly start: AwkStatement | undefined;
      readonly test: AwkExpression | undefined;
      readonly step: AwkStatement | undefined;
      readonly body: AwkStatement;
    }
  | {
      readonly type: "for-in";
      readonly name: string;
      readonly array: string;
      readonly body: AwkStatement;
    }
  | {
      readonly type: "delete";
      readonly array: string;
      readonly index: readonly AwkExpression[] | undefined;
    }
  | { readonly type: "next" | "nextfile" | "break" | "continue" }
  | { readonly type: "exit" | "return"; readonly value: AwkExpression | undefined };

export interface AwkRule {
  readonly pattern:
    | { readonly type: "begin" | "end" | "always" }
    | { readonly type: "expression"; readonly expression: AwkExpression }
    | {
        readonly type: "range";
        readonly from: AwkExpression;
        readonly to: AwkExpression;
        /** The place in the list of ranges that are under way. */
        readonly index: number;
      };
  /** Undefined prints the record. */
  readonly action: AwkStatement | undefined;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: AwkStatement;
}

export interface AwkProgram {
  readonly rules: readonly AwkRule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}

/** A program is wrong, or does what cannot be. */
export class AwkError extends Error {
  override readonly name = "AwkError";
}
