import DOMPurify from "dompurify";
import { Marked } from "marked";
import { useMemo } from "preact/hooks";
import remend from "remend";

/** Text of a model as HTML. What a model writes is data: nothing in it may load, run or look like the page itself. */

const marked = new Marked({ gfm: true, breaks: false });

const ALLOWED_TAGS =
  "a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strong table tbody td th thead tr ul".split(" ");

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
});

/** Renders block by block: while text streams in, only the last block is made anew. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <div class="markdown">
      {blocks.map((block, index) => (
        <Block key={`${index}`} text={block} />
      ))}
    </div>
  );
}

function Block({ text }: { text: string }) {
  return useMemo(() => {
    const __html = DOMPurify.sanitize(marked.parse(text, { async: false }), { ALLOWED_TAGS, ALLOWED_ATTR: ["href", "start"] });
    return <div dangerouslySetInnerHTML={{ __html }} />;
  }, [text]);
}

/** The top-level blocks of a text whose end may still be on its way: what is open there is closed. */
function blocksOf(text: string): string[] {
  const whole = remend(text, { linkMode: "text-only", images: false, katex: false });
  return marked.lexer(whole).flatMap(({ type, raw }) => (type === "space" ? [] : [raw]));
}
