using System.Text.Json.Serialization;
using Profiler.Core.Facts;

namespace Profiler.Core.Recording;

// A fact without a required value must not get in.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProcessIdentity))]
[JsonSerializable(typeof(DeviceIdentity))]
[JsonSerializable(typeof(KernelStack))]
[JsonSerializable(typeof(DeviceStillHeld))]
[JsonSerializable(typeof(ProcessAtStart))]
[JsonSerializable(typeof(ResetDamage))]
internal sealed partial class FactJson : JsonSerializerContext;
