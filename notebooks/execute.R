# Executes an R notebook in percent format and writes what it printed and drew as Markdown.
#
#   Rscript notebooks/execute.R notebooks/churn-glm-r/churn-glm-r.R docs/notebooks/churn-glm-r.md
#
# Cells begin with "# %%" (R) or "# %% [markdown]" (text, each line after "# "). What follows "# %%" is knitr's: a name, after
# which pictures are called, and options, as in "# %% bill, fig.height = 6". They run in a fresh environment with the notebook's
# folder as working directory. Pictures go to docs/notebooks/churn-glm-r_files/. The first error ends the run: R's message on
# standard error, exit status 1, and what was there before stays.

fail <- function(...) {
  message(...)
  quit(save = "no", status = 1L)
}

# The cells of a percent file, each with its kind and lines; what is before the first one (Jupytext's header) is left out.
cells_of <- function(lines) {
  starts <- grep("^# %%", lines)
  ends <- c(starts[-1L] - 1L, length(lines))
  Map(function(start, end) {
    body <- lines[seq_len(end - start) + start]
    filled <- which(nzchar(trimws(body)))
    list(
      header = trimws(sub("^# %%", "", lines[start])),
      is_text = grepl("^# %% *\\[markdown\\]", lines[start]),
      lines = if (length(filled) == 0L) character() else body[min(filled):max(filled)]
    )
  }, starts, ends)
}

knitr_input <- function(cells) {
  unlist(lapply(cells, function(cell) {
    if (cell$is_text) c(sub("^# ?", "", cell$lines), "") else c(paste0("```{r ", cell$header, "}"), cell$lines, "```", "")
  }))
}

execute <- function(notebook, output) {
  name <- tools::file_path_sans_ext(basename(output))
  folder <- dirname(output)
  pictures <- paste0(name, "_files")

  work <- tempfile("notebook-")
  dir.create(work)
  on.exit(unlink(work, recursive = TRUE))
  input <- file.path(work, paste0(name, ".Rmd"))
  writeLines(knitr_input(cells_of(readLines(notebook, encoding = "UTF-8"))), input, useBytes = TRUE)

  knitr::opts_knit$set(root.dir = dirname(notebook), base.dir = work, progress = FALSE, verbose = FALSE)
  # Cairo draws the same pixels without a screen; the font is named, as the default depends on which ones are installed.
  # Warnings are results: they are printed where they arise.
  knitr::opts_chunk$set(
    error = FALSE, comment = "", fig.path = paste0(pictures, "/"), dev = "png", dev.args = list(type = "cairo", family = "DejaVu Sans"), dpi = 96,
    fig.width = 9.4, fig.height = 4, fig.align = "default"
  )
  # A picture without HTML around it, and cells that are told apart from what they print.
  knitr::render_markdown()
  made <- file.path(work, paste0(name, ".md"))
  knitr::knit(input, made, envir = new.env(parent = globalenv()), quiet = TRUE, encoding = "UTF-8")
  unlink(file.path(folder, pictures), recursive = TRUE)
  if (dir.exists(file.path(work, pictures))) file.copy(file.path(work, pictures), folder, recursive = TRUE, copy.mode = FALSE)
  invisible(file.copy(made, output, overwrite = TRUE, copy.mode = FALSE))
}

if (sys.nframe() == 0L) {
  arguments <- commandArgs(TRUE)
  if (length(arguments) != 2L) fail("Usage: Rscript notebooks/execute.R NOTEBOOK.R OUTPUT.md")
  if (!file.exists(arguments[1L])) fail("There is no notebook ", arguments[1L], ".")
  if (!requireNamespace("knitr", quietly = TRUE))
    fail("The R package knitr is missing; install it with: apt-get install r-cran-knitr")
  # Texts sort and print the same wherever this runs.
  invisible(Sys.setlocale("LC_ALL", "C.UTF-8"))
  Sys.setenv(LANGUAGE = "en", TZ = "UTC")
  options(width = 110, warn = 1, digits = 6)
  dir.create(dirname(arguments[2L]), showWarnings = FALSE, recursive = TRUE)
  output <- file.path(normalizePath(dirname(arguments[2L])), basename(arguments[2L]))
  cell <- ""
  tryCatch(
    withCallingHandlers(
      execute(normalizePath(arguments[1L]), output),
      error = function(problem) cell <<- knitr::opts_current$get("label")
    ),
    error = function(problem) fail("Executing ", arguments[1L], ", cell \"", cell, "\": ", conditionMessage(problem))
  )
}
