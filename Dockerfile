# The server as a container image:
#
#   docker build -t quickwater .
#   docker run --rm -p 1935:1935 -p 7000:7000 -p 7001:7001 -p 8080:8080 -v quickwater:/data quickwater
#
# Arguments behind the image's name go to the program: `docker run quickwater config dump`.

FROM node:22-slim AS web
WORKDIR /source/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
COPY --from=web /source/web/dist web/dist
RUN dotnet publish src/Quickwater.Server -c Release -p:BuildWeb=false -p:UseAppHost=false -p:RestoreLockedMode=true -o /out

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /out .
RUN mkdir /data && chown app:app /data
USER app
VOLUME /data
# In a container loopback is nobody's: what may be reached is said by the ports that are published. Administration stays inside.
ENV QUICKWATER__DATA__DIRECTORY=/data QUICKWATER__RPC__LISTEN=0.0.0.0:7001
EXPOSE 1935 7000 7001 8080
# Asks /healthz of whatever the environment configures, tokens or not; a file of `serve --config` it does not know.
HEALTHCHECK CMD ["dotnet", "quickwater.dll", "health", "--timeout", "5"]
ENTRYPOINT ["dotnet", "quickwater.dll"]
CMD ["serve"]
