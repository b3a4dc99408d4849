# Writes a generalized linear model of R as JSON, for `npm run model:import -- --from r-glm`.
#
#   source("export-glm.R")
#   model <- glm(churn ~ plan * minutes + log(calls + 1), data = customers, family = binomial)
#   export_glm(model, "churn.r-glm.json", newdata = customers_never_seen)
#
# Base R, nothing to install. `model` is what glm() or lm() gave back. Up to 1,000 rows of `newdata` (the training data where
# it is absent) go along with R's own predictions: the import is checked against them. What the importer could not compute
# exactly as R does (contrasts other than treatment, offsets, splines) is refused here, by name.

export_glm <- function(model, file, newdata = NULL, rows = 1000L) {
  if (!inherits(model, "lm")) stop("export_glm takes what glm() or lm() gave back, not a ", class(model)[1])
  if (inherits(model, "mlm")) stop("models of several responses cannot be exported")
  model_terms <- stats::terms(model)
  family <- stats::family(model)
  if (length(attr(model_terms, "term.labels")) == 0L) stop("a model of the intercept alone cannot be exported: it needs no record")
  if (!is.null(attr(model_terms, "offset")) || !is.null(model$offset)) stop("offsets cannot be exported")
  links <- c("identity", "log", "logit", "probit", "cloglog", "inverse", "sqrt")
  if (!family$link %in% links)
    stop("the link \"", family$link, "\" cannot be exported; these can: ", paste(links, collapse = ", "))

  variables <- glm_variables(model, model_terms)
  parts <- glm_coefficients(model, model_terms, variables)
  fields <- glm_fields(model, model_terms, variables)
  golden <- glm_golden(model, fields, newdata, rows)
  document <- list(
    format = js_text("r-glm"),
    formatVersion = "1",
    rVersion = js_text(paste(R.version$major, R.version$minor, sep = ".")),
    formula = js_text(paste(deparse(stats::formula(model)), collapse = " ")),
    family = js_text(family$family),
    link = js_text(family$link),
    labels = js_list(vapply(glm_labels(model, family), js_text, "")),
    fields = js_lines(fields$json),
    coefficients = js_lines(parts),
    golden = js_lines(golden)
  )
  text <- paste0("{\n", paste0("  \"", names(document), "\": ", unlist(document), collapse = ",\n"), "\n}\n")
  connection <- base::file(file, open = "wb")
  on.exit(close(connection))
  writeBin(charToRaw(enc2utf8(text)), connection)
  invisible(file)
}

# --- what the model is made of -------------------------------------------------------------------------------------------

# The variables of the formula's right side: numeric, an expression; categorical, with levels, the reference first; or a
# condition such as I(calls >= 4), an expression that is 1 where it holds.
glm_variables <- function(model, model_terms) {
  classes <- attr(model_terms, "dataClasses")
  expressions <- as.list(attr(model_terms, "variables"))[-1L]
  predicted <- as.list(attr(model_terms, "predvars"))[-1L]
  response <- attr(model_terms, "response")
  variables <- list()
  for (at in seq_along(expressions)) {
    if (at == response) next
    name <- names(classes)[at]
    class <- classes[[at]]
    called <- if (is.call(expressions[[at]])) as.character(expressions[[at]][[1L]])[1L] else ""
    if (class == "numeric" || (called == "scale" && class == "nmatrix.1")) {
      variables[[name]] <- list(kind = "number", names = name, json = js_expression(predicted[[at]]))
    } else if (called == "poly") {
      json <- js_poly(predicted[[at]])
      variables[[name]] <- list(kind = "number", names = paste0(name, seq_along(json)), json = json)
    } else if (class == "logical" && is.call(expressions[[at]])) {
      variables[[name]] <- list(kind = "condition", json = js_expression(predicted[[at]]))
    } else if (class %in% c("factor", "character", "logical")) {
      contrast <- model$contrasts[[name]]
      if (!is.null(contrast) && !identical(contrast, "contr.treatment"))
        stop("the contrasts of \"", name, "\" cannot be exported; contr.treatment can")
      levels <- if (class == "logical") c("FALSE", "TRUE") else model$xlevels[[name]]
      variables[[name]] <- list(kind = class, expression = expressions[[at]], levels = levels)
    } else {
      stop("the variable \"", name, "\" is of class ", class, " and cannot be exported; numbers, factors without order, texts and logicals can")
    }
  }
  variables
}

# One JSON object a coefficient: its value and the factors that it is multiplied with. The columns of a model matrix are made
# here as R makes them (the first variable varies fastest), and their names compared with those of the coefficients.
glm_coefficients <- function(model, model_terms, variables) {
  values <- stats::coef(model)
  values[is.na(values)] <- 0
  parts <- list()
  names_made <- character()
  if (attr(model_terms, "intercept") == 1L) {
    parts <- list("[]")
    names_made <- "(Intercept)"
  }
  factors <- attr(model_terms, "factors")
  categorical <- vapply(names(attr(model_terms, "dataClasses")), function(name) {
    !is.null(variables[[name]]) && variables[[name]]$kind != "number"
  }, NA)
  if (attr(model_terms, "intercept") == 0L && length(factors) > 0L) {
    # Without an intercept the first categorical variable of the first term that has one gets all its levels.
    first <- which(factors > 0L & categorical)
    if (length(first) > 0L) factors[first[1L]] <- 2L
  }
  for (term in attr(model_terms, "term.labels")) {
    columns <- list(list(name = "", factors = character()))
    # The rows are all variables in their order; their names may have backticks, those of the model frame have none.
    for (row in which(factors[, term] > 0L)) {
      name <- names(attr(model_terms, "dataClasses"))[row]
      variable <- variables[[name]]
      if (variable$kind == "number") {
        pieces <- Map(function(name, json) list(name = name, factors = paste0("{\"number\": ", json, "}")), variable$names, variable$json)
      } else if (variable$kind == "condition") {
        holds <- list(name = paste0(name, "TRUE"), factors = paste0("{\"number\": ", variable$json, "}"))
        fails <- list(name = paste0(name, "FALSE"), factors = paste0("{\"number\": [\"-\", 1, ", variable$json, "]}"))
        pieces <- if (factors[row, term] == 1L) list(holds) else list(fails, holds)
      } else {
        # 1: treatment contrasts, without the reference; 2: an indicator for each level, where the margin is missing.
        levels <- if (factors[row, term] == 1L) variable$levels[-1L] else variable$levels
        pieces <- lapply(levels, function(level) {
          field <- js_text(glm_field_of(variable, name))
          list(name = paste0(name, level), factors = paste0("{\"field\": ", field, ", \"level\": ", js_text(level), "}"))
        })
      }
      columns <- unlist(lapply(pieces, function(piece) {
        lapply(columns, function(column) {
          joined <- if (column$name == "") piece$name else paste0(column$name, ":", piece$name)
          list(name = joined, factors = c(column$factors, piece$factors))
        })
      }), recursive = FALSE)
    }
    for (column in columns) {
      names_made <- c(names_made, column$name)
      parts <- c(parts, js_list(column$factors))
    }
  }
  if (!identical(gsub("`", "", names_made), gsub("`", "", names(values))))
    stop("the coefficients of this model are not named as expected, so it cannot be exported: ",
         paste(setdiff(names(values), names_made), collapse = ", "))
  paste0("{\"name\": ", vapply(names(values), js_text, ""), ", \"value\": ", js_number(values),
         ", \"factors\": ", unlist(parts), "}")
}

# A categorical variable is a field of the data: itself, or factor(field).
glm_field_of <- function(variable, name) {
  expression <- variable$expression
  if (is.call(expression) && length(expression) == 2L && as.character(expression[[1L]]) %in% c("factor", "as.factor"))
    expression <- expression[[2L]]
  if (!is.name(expression))
    stop("the variable \"", name, "\" is computed and categorical; make it a column of the data")
  as.character(expression)
}

# The fields that a record must have.
glm_fields <- function(model, model_terms, variables) {
  names <- all.vars(stats::delete.response(model_terms))
  data <- if (is.data.frame(model$data)) model$data else stats::model.frame(model)
  levels <- list()
  logical <- character()
  for (name in names(variables)) {
    variable <- variables[[name]]
    if (variable$kind %in% c("number", "condition")) next
    field <- glm_field_of(variable, name)
    if (variable$kind == "logical") logical <- c(logical, field) else levels[[field]] <- variable$levels
  }
  json <- character()
  used <- character()
  for (name in names) {
    value <- data[[name]]
    if (is.null(value)) {
      # lm() keeps no data: a variable of the formula is what its expression says.
      value <- if (name %in% logical) NA else if (is.null(levels[[name]])) 0 else ""
    }
    type <- if (is.logical(value)) "logical" else if (is.numeric(value)) "number" else "text"
    if (type == "text" && is.null(levels[[name]]))
      stop("the field \"", name, "\" is a text that is used as something else; make it a column of the data")
    if (type == "logical" && !is.null(levels[[name]]))
      stop("the field \"", name, "\" is logical and made a factor; use it as it is, or make a text of it in the data")
    known <- if (is.null(levels[[name]])) "" else paste0(", \"levels\": ", js_list(vapply(levels[[name]], js_text, "")))
    json <- c(json, paste0("{\"name\": ", js_text(name), ", \"type\": ", js_text(type), known, "}"))
    used <- c(used, name)
  }
  list(names = used, json = json)
}

# The labels of a binary response: of a factor its levels; otherwise what R models is "1".
glm_labels <- function(model, family) {
  if (!family$family %in% c("binomial", "quasibinomial")) return(character())
  response <- stats::model.response(stats::model.frame(model))
  if (is.factor(response) && nlevels(response) == 2L) levels(response)
  else if (is.logical(response)) c("FALSE", "TRUE")
  else c("0", "1")
}

glm_golden <- function(model, fields, newdata, rows) {
  if (is.null(newdata)) newdata <- if (is.data.frame(model$data)) model$data else stats::model.frame(model)
  if (!all(fields$names %in% names(newdata))) return(character())
  if (length(fields$names) == 0L) return(character())
  # Infinity and NaN are nothing that JSON or a comparison knows.
  whole <- Reduce(`&`, lapply(newdata[fields$names], function(column) if (is.numeric(column)) is.finite(column) else !is.na(column)))
  newdata <- utils::head(newdata[whole, , drop = FALSE], rows)
  if (nrow(newdata) == 0L) return(character())
  scores <- suppressWarnings(stats::predict(model, newdata = newdata, type = "response"))
  columns <- lapply(fields$names, function(name) {
    value <- newdata[[name]]
    json <- if (is.logical(value)) ifelse(value, "true", "false")
            else if (is.numeric(value)) js_number(as.numeric(value))
            else vapply(as.character(value), js_text, "")
    paste0(js_text(name), ": ", json)
  })
  inputs <- do.call(paste, c(columns, sep = ", "))
  paste0("{\"input\": {", inputs, "}, \"score\": ", js_number(scores), "}")[is.finite(scores)]
}

# --- numeric expressions -------------------------------------------------------------------------------------------------

# An R expression as JSON: a number, {"field": name} or [function, arguments …].
js_expression <- function(expression) {
  if (is.numeric(expression) && length(expression) == 1L) return(js_number(as.numeric(expression)))
  if (is.name(expression)) return(paste0("{\"field\": ", js_text(as.character(expression)), "}"))
  call <- if (is.call(expression)) as.character(expression[[1L]])[1L] else "?"
  arguments <- if (is.call(expression)) as.list(expression)[-1L] else list()
  if (call %in% c("I", "(", "as.numeric") && length(arguments) == 1L) return(js_expression(arguments[[1L]]))
  # predict() keeps what scale() found in training: scale(x, center = m, scale = s).
  if (call == "scale") return(js_scale(arguments))
  counts <- list("+" = 1:2, "-" = 1:2, "*" = 2L, "/" = 2L, "^" = 2L, log = 1L, log1p = 1L, log2 = 1L, log10 = 1L,
                 exp = 1L, sqrt = 1L, abs = 1L, pmin = 2L, pmax = 2L, "<" = 2L, "<=" = 2L, ">" = 2L, ">=" = 2L, "==" = 2L, "!=" = 2L)
  if (!call %in% names(counts) || !length(arguments) %in% counts[[call]] || !is.null(names(arguments)))
    stop("the expression ", paste(deparse(expression), collapse = " "), " cannot be exported; these can: ",
         paste(c(names(counts), "I", "as.numeric", "scale", "poly"), collapse = " "), ", each with the arguments it must have")
  paste0("[", paste(c(js_text(call), vapply(arguments, js_expression, "")), collapse = ", "), "]")
}

js_scale <- function(arguments) {
  value <- js_expression(arguments[[1L]])
  constant <- function(argument, none) if (is.numeric(argument)) as.numeric(argument) else none
  centred <- paste0("[\"-\", ", value, ", ", js_number(constant(arguments$center, 0)), "]")
  paste0("[\"/\", ", centred, ", ", js_number(constant(arguments$scale, 1)), "]")
}

# The columns of poly(x, degree): by the recurrence that predict() uses, with what poly() found in training; or x, x^2 …
js_poly <- function(expression) {
  arguments <- as.list(expression)[-1L]
  plain <- arguments[!names(arguments) %in% c("coefs", "raw", "degree", "simple")]
  degree <- if (is.null(arguments$degree)) plain[-1L] else c(list(arguments$degree), plain[-1L])
  if (length(degree) != 1L || !is.numeric(degree[[1L]]) || degree[[1L]] > 9)
    stop("the expression ", paste(deparse(expression), collapse = " "), " cannot be exported; poly of one number, to the ninth degree, can")
  degree <- as.integer(degree[[1L]])
  value <- js_expression(plain[[1L]])
  if (isTRUE(arguments$raw)) return(sprintf("[\"^\", %s, %d]", value, seq_len(degree)))
  coefs <- arguments$coefs
  if (!is.list(coefs)) coefs <- eval(coefs, baseenv())
  minus <- function(at) sprintf("[\"-\", %s, %s]", value, js_number(coefs$alpha[at]))
  columns <- c("1", minus(1L))
  for (at in seq_len(degree)[-1L]) {
    before <- sprintf("[\"*\", %s, %s]", js_number(coefs$norm2[at + 1L] / coefs$norm2[at]), columns[at - 1L])
    columns <- c(columns, sprintf("[\"-\", [\"*\", %s, %s], %s]", minus(at), columns[at], before))
  }
  sprintf("[\"/\", %s, %s]", columns[-1L], js_number(sqrt(coefs$norm2[-(1:2)])))
}

# --- JSON by hand, so that nothing has to be installed --------------------------------------------------------------------

js_number <- function(values) sprintf("%.17g", values)

js_text <- function(text) {
  locale <- l10n_info()
  if (Encoding(text) == "unknown" && !locale[["UTF-8"]] && !locale[["Latin-1"]] && any(charToRaw(text) > as.raw(127L)))
    stop("the text \"", text, "\" is of unknown encoding in this locale; start R with LC_ALL=C.UTF-8")
  points <- utf8ToInt(enc2utf8(text))
  escaped <- vapply(points, function(point) {
    if (point %in% c(34L, 92L)) paste0("\\", intToUtf8(point))
    else if (point < 32L) sprintf("\\u%04x", point)
    else intToUtf8(point)
  }, "")
  paste0("\"", paste(escaped, collapse = ""), "\"")
}

js_list <- function(items) paste0("[", paste(items, collapse = ", "), "]")

# One item a line.
js_lines <- function(items) if (length(items) == 0L) "[]" else paste0("[\n    ", paste(items, collapse = ",\n    "), "\n  ]")
