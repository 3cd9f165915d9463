using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests.Export;

/// <summary>docs/jsonl.schema.json: the line, with objects of docs/report.schema.json.</summary>
internal static class LineSchema
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Types = ["begin", "open", "release", "user_reset", "reset", "start", "shutdown", "finding", "capture"];

    /// <summary>The schema of a line.</summary>
    public static string OfOne() => Make("""{ "$ref": "#/$defs/line" }""");

    /// <summary>The schema of an array of lines.</summary>
    public static string OfAll() => Make("""{ "type": "array", "items": { "$ref": "#/$defs/line" } }""");

    private static string Make(string rest)
    {
        JsonObject report = JsonNode.Parse(File.ReadAllText(Golden.Beside("../../../docs/report.schema.json")))!.AsObject();
        JsonObject properties = report["properties"]!.AsObject(), defs = report["$defs"]!.DeepClone().AsObject();
        defs["host"] = properties["host"]!.DeepClone();
        defs["capture"] = properties["capture"]!.DeepClone();
        defs["user_reset"] = properties["user_resets"]!["items"]!.DeepClone();
        defs["reset"] = defs["device"]!["properties"]!["resets"]!["items"]!.DeepClone();
        defs["finding"] = defs["findings"]!["items"]!.DeepClone();
        defs["line"] = JsonNode.Parse(
            """
            {
              "type": "object",
              "description": "the field that is named as the type has the object; the last line is of type capture, with last: true",
              "properties": {
                "type": { "enum": [] },
                "time": { "type": "string", "format": "date-time", "description": "wall-clock time at which that ended" },
                "begin": {
                  "type": "object",
                  "properties": {
                    "schema": { "const": "vfioscope.jsonl/1" },
                    "host": { "$ref": "#/$defs/host" },
                    "start": { "type": "string", "format": "date-time", "description": "wall-clock time at start_ns: converts between the two" },
                    "start_ns": { "$ref": "#/$defs/ns" }
                  },
                  "required": ["schema", "host", "start", "start_ns"],
                  "additionalProperties": false
                },
                "open": { "$ref": "#/$defs/device" },
                "release": { "$ref": "#/$defs/device" },
                "user_reset": { "$ref": "#/$defs/user_reset" },
                "reset": {
                  "type": "object",
                  "description": "a reset outside of releases, opens and requested resets, as by a write to sysfs",
                  "properties": {
                    "bdf": { "type": "string" },
                    "pid": { "type": "integer" },
                    "tid": { "type": "integer" },
                    "comm": { "type": "string" },
                    "vm": { "type": ["string", "null"] },
                    "reset": { "$ref": "#/$defs/reset" }
                  },
                  "required": ["bdf", "pid", "tid", "comm", "vm", "reset"],
                  "additionalProperties": false
                },
                "start": { "$ref": "#/$defs/start" },
                "shutdown": { "$ref": "#/$defs/shutdown" },
                "finding": { "$ref": "#/$defs/finding" },
                "subject": {
                  "type": "object",
                  "description": "of a finding: the start, shutdown or requested reset that it is about; left out if it is about the host or a device",
                  "properties": {
                    "type": { "enum": ["start", "shutdown", "user_reset"] },
                    "pid": { "type": "integer" },
                    "comm": { "type": "string" },
                    "vm": { "type": ["string", "null"] },
                    "start_ns": { "$ref": "#/$defs/ns" }
                  },
                  "required": ["type", "pid", "comm", "vm", "start_ns"],
                  "additionalProperties": false
                },
                "capture": { "$ref": "#/$defs/capture" },
                "last": { "type": "boolean", "description": "of a capture: true if no line follows" }
              },
              "required": ["type", "time"],
              "additionalProperties": false
            }
            """);
        defs["line"]!["properties"]!["type"]!["enum"] = new JsonArray([.. Types.Select(t => (JsonNode)t)]);
        // The object that the type names is there.
        defs["line"]!["oneOf"] = new JsonArray(
        [
            .. Types.Select(t => new JsonObject
            {
                ["properties"] = new JsonObject { ["type"] = new JsonObject { ["const"] = t } },
                ["required"] = new JsonArray(t),
            }),
        ]);
        var schema = new JsonObject
        {
            ["$schema"] = report["$schema"]!.DeepClone(),
            ["$id"] = "urn:vfioscope:jsonl:1",
            ["title"] = "a line of vfioscope's JSON lines",
            ["description"] = "vfioscope export --format jsonl, record --format jsonl and top --json write such lines; made of docs/report.schema.json",
        };
        foreach ((string name, JsonNode? value) in JsonNode.Parse(rest)!.AsObject())
            schema[name] = value!.DeepClone();
        schema["$defs"] = defs;
        return schema.ToJsonString(Indented) + "\n";
    }
}
