using System.Text.Json.Serialization;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

// Whoever looks a fact up relies on what must be there.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProcessIdentity))]
[JsonSerializable(typeof(DeviceIdentity))]
[JsonSerializable(typeof(KernelStack))]
[JsonSerializable(typeof(DeviceStillHeld))]
[JsonSerializable(typeof(ProcessAtStart))]
internal sealed partial class FactJson : JsonSerializerContext;
