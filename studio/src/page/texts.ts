// All that the page says, in English and Japanese.

/** The languages of the page. */
export type Language = 'en' | 'ja';

const TABLE = {
  dropHere: ['Drop a sketch here', 'ここに線画をドロップ'],
  letGo: ['Let go to colour it', '離すと着色します'],
  promise: [
    'Nine colourings in a few seconds. Nothing is installed, and nothing leaves your computer.',
    '数秒で9通りに着色します。インストールは不要で、絵は外へ送られません。',
  ],
  kinds: ['PNG, JPEG, WebP, GIF, BMP or AVIF, up to 40 megapixels.', 'PNG・JPEG・WebP・GIF・BMP・AVIF、4000万画素まで。'],
  choose: ['Choose a picture', '画像を選ぶ'],
  draw: ['Draw one', '描く'],
  paste: ['Paste', '貼り付け'],
  samples: ['Or try one of these', 'サンプルで試す'],
  sample: ['Sample sketch: {name}', 'サンプル：{name}'],
  another: ['Another sketch', '別の線画'],
  theme: ['Dark or light', '明暗の切り替え'],
  work: ['Your colouring', '着色'],
  sketch: ['Sketch', '線画'],
  coloured: ['Coloured', '着色'],
  zoomIn: ['Zoom in', '拡大'],
  zoomOut: ['Zoom out', '縮小'],
  fit: ['Fit', '全体'],
  editLines: ['Edit the lines', '線を直す'],
  proposals: ['Nine colourings', '9通りの着色'],
  proposal: ['Colouring {n}', '着色 {n}'],
  hints: ['Colour hints', '色のヒント'],
  hintsHow: ['Pick a colour and click on the picture: it fills what lies there, up to the lines, in all nine.', '色を選んで絵をクリックすると、そこから線までがその色で塗られます（9枚すべて）。'],
  noHints: ['This model takes no colour hints.', 'このモデルは色のヒントに対応していません。'],
  colour: ['Colour', '色'],
  ownColour: ['Own', '自由色'],
  pipette: ['Take a colour from the picture', '絵から色を取る'],
  undo: ['Undo', '元に戻す'],
  redo: ['Redo', 'やり直す'],
  clearAll: ['Clear all', 'すべて消す'],
  dab: ['Hint {n}: {colour} at {x}, {y}. Arrow keys move it, Delete removes it.', 'ヒント{n}：{colour}（{x}, {y}）。矢印キーで移動、Deleteで削除。'],
  removeDab: ['Remove hint {n}, {colour}', 'ヒント{n}（{colour}）を消す'],
  overlay: ['Picture', '絵'],
  overlayHelp: [
    'Arrow keys move the cross, with Shift in larger steps; Enter places a hint of the chosen colour.',
    '矢印キーで十字を動かし（Shiftで大きく）、Enterで選んだ色のヒントを置きます。',
  ],
  save: ['Save', '保存'],
  savePicture: ['Picture (PNG)', '絵（PNG）'],
  saveColour: ['Colours (PNG)', '色（PNG）'],
  saveOra: ['Layers (ORA)', 'レイヤー（ORA）'],
  keepAlpha: ['Keep the transparency of the sketch', '線画の透明部分を残す'],
  pen: ['Pen', 'ペン'],
  eraser: ['Eraser', '消しゴム'],
  tool: ['Tool', '道具'],
  thickness: ['Thickness', '太さ'],
  pageShape: ['Shape of the page', '紙の形'],
  portrait: ['Portrait', '縦長'],
  square: ['Square', '正方形'],
  landscape: ['Landscape', '横長'],
  paper: ['Paper to draw on', '描く紙'],
  cancel: ['Cancel', 'やめる'],
  colourIt: ['Colour it', '着色する'],
  drawing: ['drawing', 'drawing'],
  pasted: ['pasted', 'pasted'],
  privacy: ['Everything runs in this browser. Your last sketch is kept here, on this computer alone.', 'すべてこのブラウザの中で動きます。最後の線画はこのコンピューターにだけ残ります。'],
  keys: ['Keys', 'キー操作'],
  keysList: [
    '1–9 choose a colouring · Ctrl+V paste · Ctrl+Z undo · Ctrl+Shift+Z redo · + − 0 zoom · arrow keys and Enter place hints on the picture',
    '1–9 着色を選ぶ · Ctrl+V 貼り付け · Ctrl+Z 元に戻す · Ctrl+Shift+Z やり直す · + − 0 拡大縮小 · 矢印キーとEnterで絵にヒントを置く',
  ],
  retry: ['Try again', 'もう一度'],
  dismiss: ['Dismiss', '閉じる'],

  loading: ['Loading the network: {loaded} of {total} MB', 'ネットワークを読み込み中：{total} MB 中 {loaded} MB'],
  preparing: ['Preparing the network …', 'ネットワークを準備中…'],
  ready: ['Ready', '準備完了'],
  reading: ['Reading the sketch …', '線画を読み込み中…'],
  colouring: ['Colouring …', '着色中…'],
  done: ['Coloured in {seconds} s', '{seconds} 秒で着色'],
  saving: ['Saving …', '保存中…'],
  saved: ['Saved {name}', '{name} を保存しました'],
  restored: ['Your last sketch is back', '前回の線画を開きました'],

  notPicture: [
    'This is not a picture that the browser can read. Save it as PNG or JPEG and try again.',
    'ブラウザで読める画像ではありません。PNG か JPEG で保存し直してください。',
  ],
  emptyFile: ['This file is empty (0 bytes).', 'このファイルは空です（0 バイト）。'],
  tooLarge: [
    'This picture has {width} × {height} pixels, {megapixels} megapixels; the page takes up to {most}. Make it smaller, or colour it with infer.py.',
    'この画像は {width} × {height}、{megapixels} メガピクセルです。{most} メガピクセルまで扱えます。小さくするか、infer.py で着色してください。',
  ],
  transparent: [
    'This picture is transparent throughout: there are no lines in it. Did you save an empty layer?',
    'この画像はすべて透明で、線がありません。空のレイヤーを保存していませんか。',
  ],
  damaged: ['This picture is damaged and cannot be read. Save it anew and try again.', 'この画像は壊れていて読めません。保存し直してください。'],
  noMemory: [
    'The browser refused the memory for this. Close other tabs, or take a smaller picture.',
    'メモリが足りません。他のタブを閉じるか、小さい画像を使ってください。',
  ],
  noRuntime: [
    'The program that runs the network (wasm) could not be loaded. Check the connection and try again; you can draw meanwhile.',
    'ネットワークを動かすプログラム（wasm）を読み込めません。接続を確かめてもう一度どうぞ。その間も描けます。',
  ],
  noModel: [
    'The model file could not be loaded. Check the connection and try again; you can draw meanwhile.',
    'モデルを読み込めません。接続を確かめてもう一度どうぞ。その間も描けます。',
  ],
  badModel: [
    'The model file is damaged, or not made for this page. Try again; if that does not help, the host has to replace it.',
    'モデルのファイルが壊れているか、このページ用ではありません。もう一度試してだめなら、配布元で差し替えが必要です。',
  ],
  networkFailed: ['The network failed on this sketch. Try again, or take a smaller picture.', 'この線画の着色に失敗しました。もう一度試すか、小さい画像を使ってください。'],
  oldBrowser: ['This browser is too old. Chrome 105, Firefox 113, Safari 16.4 or a later one should do.', 'このブラウザは古すぎます。Chrome 105、Firefox 113、Safari 16.4 以降を使ってください。'],
  lost: ['The browser stopped the work, as it wanted too much memory. It was started anew.', 'メモリ不足でブラウザが処理を止めたため、やり直しました。'],
  lostAgain: [
    'The browser stops the work again and again, as it wants too much memory. Close other pages, or take a smaller picture; then try again.',
    'メモリ不足でブラウザが何度も処理を止めました。ほかのページを閉じるか、小さい画像を選んで、もう一度試してください。',
  ],
  noClipboard: ['There is no picture on the clipboard. Copy one first.', 'クリップボードに画像がありません。先に画像をコピーしてください。'],
  tooLargeToDraw: ['This sketch is too large to draw on here (over 16 megapixels).', 'この線画は大きすぎて、ここでは描き足せません（16 メガピクセル超）。'],
} as const satisfies Record<string, readonly [string, string]>;

/** Names of texts. */
export type TextName = keyof typeof TABLE;

let language: Language = 'en';

/** The language that is shown. */
export function currentLanguage(): Language {
  return language;
}

/** A text in the language that is shown, with `{name}` replaced by `values.name`. */
export function text(name: TextName, values: Record<string, string | number> = {}): string {
  const found: string = TABLE[name][language === 'ja' ? 1 : 0];
  return found.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''));
}

/** Shows another language: fills all elements with `data-t` (text) and `data-label` (name, tip). */
export function setLanguage(wanted: Language): void {
  language = wanted;
  document.documentElement.lang = wanted;
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]')) {
    element.textContent = text(element.dataset.t as TextName);
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    const label = text(element.dataset.label as TextName);
    element.setAttribute('aria-label', label);
    if (element.matches('button, select')) element.title = label;
  }
}
