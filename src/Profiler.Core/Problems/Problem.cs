using System.Text.Json.Serialization;

namespace Profiler.Core.Problems;

/// <summary>Something that was lost, cannot be known or is wrong in a capture.</summary>
/// <param name="Id">One of <see cref="ProblemKinds"/>; of a later version's recording maybe another one.</param>
/// <param name="Count">How often; null if nobody can count it, or it is not counted.</param>
/// <param name="Detail">What or where: a probe's name, a file; made printable.</param>
public sealed record Problem(string Id, long? Count = null, string? Detail = null)
{
    /// <summary>What it means.</summary>
    [JsonIgnore]
    public ProblemKind Kind => ProblemKinds.Of(Id);

    /// <summary>One sentence, without a full stop.</summary>
    [JsonIgnore]
    public string Text => Kind.Words(this);
}

/// <summary>How much a problem matters.</summary>
public enum Impact
{
    /// <summary>Good to know: no figure is wrong because of it.</summary>
    Note,

    /// <summary>Figures may be wrong or missing: the capture is not complete.</summary>
    Incomplete,
}

/// <summary>What can be lost or wrong.</summary>
/// <param name="Id">A stable name, as all outputs have it.</param>
/// <param name="Impact">How much it matters.</param>
/// <param name="Meaning">What it means, for the metric's help and the documents.</param>
/// <param name="Words">The sentence about one of its kind.</param>
/// <param name="Remedy">What would help; null if nothing can be done.</param>
public sealed record ProblemKind(string Id, Impact Impact, string Meaning, Func<Problem, string> Words, string? Remedy = null);
