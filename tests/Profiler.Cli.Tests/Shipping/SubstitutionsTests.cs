using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Shipping;

/// <summary>What src/Profiler.Cli/Substitutions.xml leaves out exists: the compiler says nothing when it does not.</summary>
public sealed class SubstitutionsTests
{
    [Fact]
    public void It_names_the_module_initializers_of_Terminal_Gui()
    {
        XDocument file = XDocument.Load(Path.Combine(Golden.Repository, "src/Profiler.Cli/Substitutions.xml"));
        IEnumerable<string> left = file.Descendants("method").Select(
            m => $"{m.Parent!.Attribute("fullname")!.Value}: {m.Attribute("signature")!.Value}");
        IEnumerable<string> there =
            from method in typeof(Terminal.Gui.App.Application).Assembly.GetTypes()
                .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            where method.IsDefined(typeof(ModuleInitializerAttribute))
            select $"{method.DeclaringType!.FullName}: {method.ReturnType.FullName} {method.Name}()";
        Assert.Equal(there.Order(), left.Order());
    }
}
