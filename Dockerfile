# The demos and the commands, as docker-compose.yml runs them. Its arguments are what follows `npm run` elsewhere:
# docker run --rm kafka-ml-demos:0.1.0 demo:churn --help
# Debian's libc, since the ONNX Runtime has no build for Alpine's.
FROM node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json tsconfig.pages.json ./
COPY demos demos
COPY shared shared
RUN npm run build && find demos shared -name '*.ts' -delete
# The ONNX Runtime brings what it needs on macOS and Windows, too: 220 MB.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32

FROM node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/demos demos
COPY --from=build /app/shared shared
COPY --from=build /app/dist dist
COPY datasets datasets
COPY LICENSE ./
# The user `node` of the base image, by number so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=2s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["node", "dist/shared/commands/container.js"]
CMD ["demo"]
