// biome-ignore lint/style/noDefaultExport: Next.js takes the default export.
export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
