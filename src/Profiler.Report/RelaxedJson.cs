using System.Text.Encodings.Web;
using System.Text.Json;

namespace Profiler.Report;

/// <summary>How JSON is written for files and pipes, which are no web pages: '+' stays '+'.</summary>
public static class RelaxedJson
{
    /// <param name="options">Those of a context that the compiler made.</param>
    public static JsonSerializerOptions Of(JsonSerializerOptions options) => new(options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
