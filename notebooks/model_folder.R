# What the R notebooks share: data of a known checksum, drift profiles, quality, tables for people, the card of a model folder.
# The counterpart of model_folder.py. The same input gives the same bytes. What a model folder is: docs/models.md.

# The top of the repository, from the folder of a notebook.
ROOT <- normalizePath(file.path("..", ".."))

# The SHA-256 of a file. R has had its own since 4.5; before, a program of the system takes it.
sha256 <- function(path) {
  if (exists("sha256sum", envir = asNamespace("tools"), inherits = FALSE)) return(unname(getExportedValue("tools", "sha256sum")(path)))
  programs <- list(sha256sum = character(), shasum = c("-a", "256"), openssl = c("dgst", "-sha256", "-r"))
  program <- Find(function(name) nzchar(Sys.which(name)), names(programs))
  if (is.null(program)) stop("No program takes a SHA-256 here; install one with: apt-get install coreutils", call. = FALSE)
  sub("[ *].*", "", system2(program, c(programs[[program]], shQuote(path)), stdout = TRUE))
}

# This path, if the file has the SHA-256 that the SHA256SUMS beside it names.
checked <- function(path) {
  file <- file.path(ROOT, path)
  sums <- utils::read.table(file.path(dirname(file), "SHA256SUMS"), col.names = c("sum", "name"), colClasses = "character")
  wanted <- sums$sum[match(basename(file), sums$name)]
  found <- if (file.exists(file)) sha256(file) else "of no file"
  if (!identical(found, wanted))
    stop("Reading ", path, ": its SHA-256 is ", found, ", SHA256SUMS says ", wanted, "; restore the file.", call. = FALSE)
  file
}

# The SHA-256 of the bytes of the files that notebook.json of this folder lists as sources, one after the other.
source_sha256 <- function(notebook) {
  sources <- file.path(ROOT, jsonlite::fromJSON(file.path(ROOT, notebook, "notebook.json"))$sources)
  joined <- tempfile()
  on.exit(unlink(joined))
  writeBin(unlist(lapply(sources, function(file) readBin(file, "raw", file.size(file)))), joined)
  sha256(joined)
}

# The area under the ROC curve: how often one of the positives has a higher score than one of the others; ties count half.
auc <- function(truth, score) {
  positives <- sum(truth)
  (sum(rank(score)[truth == 1]) - positives * (positives + 1) / 2) / (positives * sum(truth == 0))
}

# The ROC curve: a row for each score that occurs, what is found and what is called wrongly from it on, the highest first.
roc_points <- function(truth, score) {
  from <- sort(unique(score), decreasing = TRUE)
  share <- function(of) rev(cumsum(rev(tabulate(match(of, rev(from)), length(from))))) / length(of)
  data.frame(from = from, falsePositives = rev(share(score[truth == 0])), truePositives = rev(share(score[truth == 1])))
}

average_precision <- function(truth, score) {
  points <- roc_points(truth, score)
  found <- points$truePositives * sum(truth)
  precision <- found / (found + points$falsePositives * sum(truth == 0))
  sum(diff(c(0, points$truePositives)) * precision)
}

# What a card keeps of a binary model. truth: 0 or 1; score: the probability of 1.
quality <- function(truth, score, threshold) {
  found <- c(
    auc = auc(truth, score),
    averagePrecision = average_precision(truth, score),
    accuracy = mean((score >= threshold) == (truth == 1)),
    brier = mean((score - truth)^2)
  )
  as.list(round(found, 4))
}

# Shares of the training rows: of each category, or of ten bins between inner edges (the lower edge included).
profile <- function(values) {
  missing <- mean(is.na(values))
  if (!is.numeric(values)) {
    shares <- sort(table(as.character(values)) / length(values), decreasing = TRUE)
    return(list(categories = as.list(round(shares, 6)), other = 0, missing = missing))
  }
  known <- values[!is.na(values)]
  # Values that occur (type 1), not between them: of whole numbers, no bin can be empty.
  edges <- setdiff(unique(unname(stats::quantile(known, seq(0.1, 0.9, 0.1), type = 1))), min(known))
  counts <- tabulate(findInterval(known, edges) + 1L, length(edges) + 1L)
  list(edges = as.list(round(edges, 5)), shares = as.list(round(counts / length(values), 6)), missing = missing)
}

# A Markdown table with its columns aligned, as one text.
table_text <- function(header, rows) {
  cells <- rbind(header, as.matrix(rows))
  widths <- pmax(3L, apply(nchar(cells), 2L, max))
  cells <- rbind(cells[1L, ], strrep("-", widths), cells[-1L, , drop = FALSE])
  padded <- mapply(function(column, width) formatC(column, width = -width), as.data.frame(cells), widths)
  paste("|", apply(padded, 1L, paste, collapse = " | "), "|", collapse = "\n")
}

# Points of the ROC curve: what share of the positives is found at most so many false alarms, and from which score on.
roc_table <- function(truth, score, rates = c(0.01, 0.05, 0.1, 0.2, 0.3, 0.5)) {
  points <- rbind(data.frame(from = NA, falsePositives = 0, truePositives = 0), roc_points(truth, score))
  points <- points[unique(findInterval(rates, points$falsePositives)), ]
  from <- ifelse(is.na(points$from), "none", sprintf("%.3f", points$from))
  table_text(
    c("false positive rate", "true positive rate", "from the score"),
    cbind(sprintf("%.3f", points$falsePositives), sprintf("%.3f", points$truePositives), from)
  )
}

# Bins of the score (lower edge included): how many rows (`of` what), their mean score, and the share to which it `happened`.
calibration_table <- function(truth, score, edges, of, happened) {
  bin <- findInterval(score, edges, rightmost.closed = TRUE)
  rows <- lapply(sort(unique(bin)), function(at) {
    within <- bin == at
    c(sprintf("%g to %g", edges[at], edges[at + 1L]), format(sum(within), big.mark = ","),
      sprintf("%.3f", mean(score[within])), sprintf("%.3f", mean(truth[within])))
  })
  table_text(c("score", of, "mean score", happened), do.call(rbind, rows))
}

# The card that the import wrote, with these fields set, in the order that all cards have.
complete_card <- function(folder, fields) {
  file <- file.path(folder, "model.json")
  card <- jsonlite::fromJSON(file, simplifyVector = FALSE)
  card[names(fields)] <- fields
  order <- c("name", "version", "task", "description", "sha256", "inputs", "output", "threshold", "labels", "reasons", "madeBy",
             "trainedOn", "quality", "profile")
  card <- card[c(intersect(order, names(card)), setdiff(names(card), order))]
  writeLines(jsonlite::toJSON(card, auto_unbox = TRUE, pretty = 2, digits = NA), file, useBytes = TRUE)
}

# A text with each {expression} replaced by its value where the call stands.
filled <- function(text, values = parent.frame()) {
  places <- gregexpr("\\{[^{}]+\\}", text)
  regmatches(text, places) <- lapply(regmatches(text, places), function(found) {
    vapply(found, function(place) as.character(eval(str2lang(substr(place, 2L, nchar(place) - 1L)), values)), "")
  })
  text
}
