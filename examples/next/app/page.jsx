// biome-ignore lint/style/noDefaultExport: Next.js takes the default export.
export default function Page() {
  return <p>a page of Next.js</p>
}
