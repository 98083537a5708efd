"""One certificate's page by every engine: ours, reportlab's two ways, WeasyPrint, Typst and Chromium."""
