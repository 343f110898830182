import { Marked, type MarkedToken, type Token, type Tokens } from "marked";
import { type ComponentChildren, Fragment } from "preact";
import { useMemo } from "preact/hooks";
import remend from "remend";

/**
 * Text of a model as elements. What a model writes is data: its Markdown becomes elements one by one and its HTML stays text,
 * so that nothing in it is ever parsed as HTML, and nothing can load, run or look like the page itself.
 */

const marked = new Marked({ gfm: true });

/** Renders block by block: while text streams in, only the last block is made anew. */
export function Markdown({ text }: { text: string }) {
  // The end may still be on its way: what is open there is closed.
  const blocks = marked.lexer(remend(text, { linkMode: "text-only", images: false, katex: false }));
  return (
    <div class="markdown">
      {blocks.map((token, index) => (
        <Block key={`${index}`} token={token} />
      ))}
    </div>
  );
}

/** Two tokens of the same text are the same block. */
function Block({ token }: { token: Token }) {
  return useMemo(() => <>{elementOf(token)}</>, [token.raw, token.type]);
}

function all(tokens: readonly Token[] | undefined): ComponentChildren {
  return tokens?.map((token, index) => <Fragment key={`${index}`}>{elementOf(token)}</Fragment>);
}

function elementOf(generic: Token): ComponentChildren {
  const token = generic as MarkedToken;
  switch (token.type) {
    case "paragraph":
      return <p>{all(token.tokens)}</p>;
    case "heading":
      // The page's own headings stand above a model's.
      return token.depth <= 2 ? <h3>{all(token.tokens)}</h3> : <h4>{all(token.tokens)}</h4>;
    case "code":
      return (
        <pre>
          <code>{token.text}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{all(token.tokens)}</blockquote>;
    case "list":
      return token.ordered ? <ol start={Number(token.start) || 1}>{items(token)}</ol> : <ul>{items(token)}</ul>;
    case "table":
      return <Table table={token} />;
    case "hr":
      return <hr />;
    case "br":
      return <br />;
    case "strong":
      return <strong>{all(token.tokens)}</strong>;
    case "em":
      return <em>{all(token.tokens)}</em>;
    case "del":
      return <s>{all(token.tokens)}</s>;
    case "codespan":
      return <code>{token.text}</code>;
    case "link":
      return isSafe(token.href) ? (
        <a href={token.href} target="_blank" rel="noopener noreferrer">
          {all(token.tokens)}
        </a>
      ) : (
        all(token.tokens)
      );
    case "text":
      return token.tokens === undefined ? decoded(token.text) : all(token.tokens);
    case "escape":
      return token.text;
    case "image":
      return token.text;
    case "html":
      return token.raw;
    default:
      return null;
  }
}

function items(list: Tokens.List): ComponentChildren {
  return list.items.map((item, index) => <li key={`${index}`}>{all(item.tokens)}</li>);
}

function Table({ table: { header, rows } }: { table: Tokens.Table }) {
  return (
    <table>
      <thead>
        <tr>
          {header.map((cell, index) => (
            <th key={`${index}`} scope="col">
              {all(cell.tokens)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={`${place}`}>
            {row.map((cell, index) => (
              <td key={`${index}`}>{all(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function isSafe(href: string): boolean {
  return URL.canParse(href) && ["https:", "http:", "mailto:"].includes(new URL(href).protocol);
}

const ENTITIES: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": "\u00a0",
};

/** The entities that models write; marked leaves them to the HTML parser that is not there. */
function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
}
