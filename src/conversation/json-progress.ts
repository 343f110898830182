interface Frame {
  array: boolean;
  /** The key this container stands under in its parent. */
  key: string | undefined;
}

/**
 * Follows one JSON object as its text arrives and knows when it is whole, and when each element of its `resources` (or
 * `blueprint.resources`) is. It only counts brackets and strings (RFC 8259) and skips comments; parsing is left to the reader of the findings.
 */
export class JsonProgress {
  text = "";
  complete = false;
  resourceCount = 0;
  readonly #stack: Frame[] = [];
  #inString = false;
  #escaped = false;
  /** How the comment we are in ends. */
  #comment: "\n" | "*/" | undefined;
  /** The last whole string, which is a key once a colon follows. */
  #lastString = "";
  #stringStart = 0;
  #key: string | undefined;
  #resourceStart = -1;

  /** Reads until the object ends: how many characters were used, and the resources that became complete in them. */
  push(piece: string): { used: number; resources: string[] } {
    const offset = this.text.length;
    this.text += piece;
    const resources: string[] = [];
    for (let index = 0; index < piece.length; index++) {
      const at = offset + index;
      const char = piece[index];
      if (this.#comment !== undefined) {
        const ending = this.#comment;
        if (this.text.startsWith(ending, at + 1 - ending.length)) this.#comment = undefined;
        continue;
      }
      if (this.#inString) {
        this.#insideString(char, at);
        continue;
      }
      switch (char) {
        case '"':
          this.#inString = true;
          this.#stringStart = at + 1;
          break;
        case "/":
        case "*":
          // The second character of a comment's opening; the first may have come with an earlier piece.
          if (this.text[at - 1] === "/") this.#comment = char === "/" ? "\n" : "*/";
          break;
        case ":":
          this.#key = this.#lastString;
          break;
        case ",":
          this.#key = undefined;
          break;
        case "{":
        case "[":
          if (char === "{" && this.#inResources()) this.#resourceStart = at;
          this.#stack.push({ array: char === "[", key: this.#key });
          this.#key = undefined;
          break;
        case "}":
        case "]":
          this.#stack.pop();
          if (this.#stack.length === 0) {
            this.complete = true;
            this.text = this.text.slice(0, at + 1);
            return { used: index + 1, resources };
          }
          if (char === "}" && this.#resourceStart >= 0 && this.#inResources()) {
            resources.push(this.text.slice(this.#resourceStart, at + 1));
            this.#resourceStart = -1;
          }
          break;
      }
    }
    return { used: piece.length, resources };
  }

  #insideString(char: string | undefined, at: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (char === "\\") this.#escaped = true;
    else if (char === '"') {
      this.#inString = false;
      // Only keys near the top matter, and reading every long string would cost for nothing.
      if (this.#stack.length <= 2) this.#lastString = this.text.slice(this.#stringStart, at);
    }
  }

  #inResources(): boolean {
    const [, second, third] = this.#stack;
    const top = this.#stack.length === 2 ? second : this.#stack.length === 3 && second?.key === "blueprint" ? third : undefined;
    return top?.array === true && top.key === "resources";
  }
}
