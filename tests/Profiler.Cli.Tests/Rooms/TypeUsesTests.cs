using Profiler.Cli.Tests.Rooms.Above;
using Profiler.Cli.Tests.Rooms.Below;

namespace Profiler.Cli.Tests.Rooms
{
    /// <summary>However a type is used, it is found.</summary>
    public class TypeUsesTests
    {
        [Theory]
        [InlineData(nameof(AsBase))]
        [InlineData(nameof(AsInterface))]
        [InlineData(nameof(AsAttribute))]
        [InlineData("AsConstraint")]
        [InlineData(nameof(InField))]
        [InlineData(nameof(InGenericArgument))]
        [InlineData(nameof(InSignature))]
        [InlineData(nameof(InBody))]
        [InlineData(nameof(InLambda))]
        [InlineData(nameof(InGenericCall))]
        public void A_use_is_found(string user) => Assert.Contains(
            TypeUses.Of(typeof(TypeUsesTests).Assembly.Location),
            use => use.User.Name.StartsWith(user, StringComparison.Ordinal) && use.Used.Namespace == typeof(Target).Namespace);
    }
}

namespace Profiler.Cli.Tests.Rooms.Above
{
    [AttributeUsage(AttributeTargets.Class)]
    internal class Target : Attribute
    {
        public static int Count { get; set; }

        public static string Name<T>() => typeof(T).Name;
    }

    internal interface ITarget;
}

namespace Profiler.Cli.Tests.Rooms.Below
{
    internal sealed class AsBase : Target;

    internal sealed class AsInterface : ITarget;

    [Target]
    internal sealed class AsAttribute;

    internal sealed class AsConstraint<T> where T : ITarget
    {
        public T? Value { get; set; }
    }

    internal sealed class InField
    {
        public object? Value { get; } = new List<int>();

        public Target? Field { get; set; }
    }

    internal sealed class InGenericArgument
    {
        public List<Target[]> Value { get; } = [];
    }

    internal static class InSignature
    {
        public static bool Is(Target? value) => value is null;
    }

    internal static class InBody
    {
        public static int Value() => Target.Count;
    }

    internal static class InLambda
    {
        public static Func<int> Value() => () => Target.Count;
    }

    internal static class InGenericCall
    {
        public static int[] Value() => [.. Enumerable.Empty<object>().OfType<Target>().Select(_ => 1)];
    }
}
