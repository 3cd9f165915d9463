using System.Collections.Immutable;

namespace Profiler.Report.Compare;

/// <summary>The devices of a life, by model: what must be the same for two lives to be compared.</summary>
internal sealed record DeviceSet
{
    private DeviceSet(ImmutableArray<CompareDevices> models) => (Models, Text) = (models, TextOf(models));

    /// <summary>Sorted by name.</summary>
    public ImmutableArray<CompareDevices> Models { get; }

    /// <summary>"4 x Intel Corporation 82574L Gigabit Network Connection"; "no device".</summary>
    public string Text { get; }

    public static DeviceSet Of(IEnumerable<ReportDevice> devices) => new(
    [
        .. devices.GroupBy(d => d.Name).OrderBy(model => model.Key, StringComparer.Ordinal)
            .Select(model => new CompareDevices(model.Key, model.Select(d => d.Bdf).Distinct().Count())),
    ]);

    public static DeviceSet One(string? model) => new([new CompareDevices(model, 1)]);

    /// <summary>The same of models in a document.</summary>
    public static string TextOf(ImmutableArray<CompareDevices> models) =>
        models.IsEmpty ? "no device" : string.Join(", ", models.Select(m => $"{m.Count} x {NameOf(m.Name)}"));

    public static string NameOf(string? model) => model ?? "unknown device";

    // Text says all.
    public bool Equals(DeviceSet? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
